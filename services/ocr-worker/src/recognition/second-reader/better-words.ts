import type { Word } from "@orbital-witness/common/results/page-result.ts";
import { agreed, rightOf } from "./calibration.ts";
import type { SecondReaderSettings } from "./settings.ts";
import { isDoubtful } from "./spans.ts";

/** Words of two readings stand for the same ink if they share this part of the narrower one's width. */
const SAME_INK = 0.3;
/** Confidences that a word must have if the other reader found none there. */
const ALONE = { tesseract: 60, ppocr: 80 } as const;
/** Of 100 words, so many must be right of a reading that takes the place of tesseract's. */
const RATHER_RIGHT = 50;

type Reader = NonNullable<Word["reader"]>;
type Group = { [reader in Reader]: Word[] };

/**
 * Chooses between two readings of a part of a line, word by word. What both read alike is kept with the
 * spaces of both. Elsewhere the reading wins that is right more often on scans. With `doubtful`, words of
 * which tesseract is sure stay.
 */
export function betterWords(
  first: readonly Word[],
  second: readonly Word[],
  mode: SecondReaderSettings["mode"],
): Word[] {
  return groupsOf(first, second).flatMap(({ tesseract, ppocr }) => {
    if (tesseract.length === 0) return ppocr.filter((word) => isSureAlone(word, "ppocr"));
    if (mode === "doubtful" && !tesseract.some(isDoubtful)) return tesseract;
    if (ppocr.length === 0) return tesseract.filter((word) => isSureAlone(word, "tesseract"));
    if (lettersOf(tesseract) === lettersOf(ppocr)) return spacedAlike(tesseract, ppocr).map(agreed);
    const right = meanRight(ppocr);
    return right >= RATHER_RIGHT && right > meanRight(tesseract) ? ppocr : tesseract;
  });
}

function isSureAlone({ confidence = 0 }: Word, reader: Reader): boolean {
  return confidence >= ALONE[reader];
}

/** Puts words of both readings together that share ink, from the left. */
function groupsOf(first: readonly Word[], second: readonly Word[]): Group[] {
  const groups: (Group & { left: number; right: number })[] = [];
  const all = [
    ...first.map((word) => ({ word, reader: "tesseract" as const })),
    ...second.map((word) => ({ word, reader: "ppocr" as const })),
  ].sort((a, b) => a.word.box[0] - b.word.box[0]);
  for (const { word, reader } of all) {
    const [left, , right] = word.box;
    const group = groups.at(-1);
    const shared = group === undefined ? 0 : Math.min(group.right, right) - left;
    if (group !== undefined && shared >= SAME_INK * Math.min(right - left, group.right - group.left)) {
      group[reader].push(word);
      group.right = Math.max(group.right, right);
    } else {
      groups.push({ tesseract: [], ppocr: [], [reader]: [word], left, right });
    }
  }
  return groups;
}

/**
 * Of two readings with the same letters, the one with more spaces: both readers lose some, and almost never
 * see one that is not there. The signs stay tesseract's.
 */
function spacedAlike(tesseract: readonly Word[], ppocr: readonly Word[]): readonly Word[] {
  if (ppocr.length <= tesseract.length) return tesseract;
  const letters = tesseract.map(({ text }) => text).join("");
  let at = 0;
  return ppocr.map((word) => {
    const from = at;
    at += word.text.length;
    return { ...word, text: letters.slice(from, at) };
  });
}

/** The letters without spaces. Both kinds of quotation marks and dashes are the same. */
function lettersOf(words: readonly Word[]): string {
  return words
    .map(({ text }) => text)
    .join("")
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, "-");
}

/** Each word counts by its length, so that a stray mark does not decide. */
function meanRight(words: readonly Word[]): number {
  const length = words.reduce((sum, { text }) => sum + text.length, 0);
  return words.reduce((sum, word) => sum + rightOf(word) * word.text.length, 0) / length;
}
