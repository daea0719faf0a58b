import type { Rectangle } from "../page-drawing.ts";
import type { Character, Token } from "./characters.ts";

/** The characters of a word, in the order of the page's text. */
export type CharacterWord = Character[];

/**
 * In line heights. A gap that exceeds the usual gap of the line's letters by more than this separates two
 * words.
 */
const wordGap = 0.09;
/** With fewer gaps a line does not show how far apart its letters usually are. */
const fewGaps = 4;
/** Two characters are on one line if at least this share of the lower one's height overlaps. */
const sharedHeight = 0.4;
/** In line heights. A character that goes back further than this starts a new line. */
const backwards = 0.5;

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Returns lines of words. PDFium joins a word that is hyphenated at a line's end, and words separated by a
 * gap without a space. Both are split here by the positions of their letters.
 */
export function linesOf(tokens: readonly Token[]): CharacterWord[][] {
  const lines: CharacterWord[][] = [[[]]];
  let before: Character | undefined;
  for (const token of tokens) {
    if (token === "line_end") lines.push([[]]);
    else if (token === "space") lines.at(-1)?.push([]);
    else {
      if (before && breaksLine(before, token)) lines.push([[]]);
      lines.at(-1)?.at(-1)?.push(token);
    }
    before = typeof token === "string" ? (token === "space" ? before : undefined) : token;
  }
  return lines
    .map((line) => dividedAtGaps(line.filter((word) => word.length > 0)))
    .filter((line) => line.length > 0);
}

function breaksLine(before: Character, next: Character): boolean {
  if (!before.isUpright || !next.isUpright) return false;
  const [a, b] = [before.place, next.place];
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const lower = Math.min(heightOf(a), heightOf(b));
  if (lower <= 0) return false;
  if (shared < lower * sharedHeight) return true;
  const isBackwards = b[0] < a[0] - lower * backwards;
  return isBackwards && !rightToLeft.test(next.text) && !rightToLeft.test(before.text);
}

function dividedAtGaps(words: CharacterWord[]): CharacterWord[] {
  const gaps = words.flatMap((word) => word.slice(1).map((next, index) => gapBefore(word[index], next)));
  const usual = gaps.length < fewGaps ? 0 : Math.max(0, median(gaps));
  return words.flatMap((word) => {
    const parts: CharacterWord[] = [[]];
    for (const [index, character] of word.entries()) {
      if (index > 0 && gapBefore(word[index - 1], character) > usual + wordGap) parts.push([]);
      parts.at(-1)?.push(character);
    }
    return parts;
  });
}

/** The gap in line heights. 0 if the letters are not upright. */
function gapBefore(before: Character | undefined, next: Character): number {
  if (!before?.isUpright || !next.isUpright) return 0;
  const height = Math.max(1, Math.min(heightOf(before.place), heightOf(next.place)));
  return (next.place[0] - before.place[2]) / height;
}

function heightOf([, top, , bottom]: Rectangle): number {
  return bottom - top;
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

export function spelled(word: CharacterWord): string {
  return word
    .map(({ text }) => text)
    .join("")
    .normalize("NFC")
    .replace(/[\uFB00-\uFB06]/gu, (ligature) => ligature.normalize("NFKC"));
}
