import type { Block, Word } from "@orbital-witness/common/results/page-result.ts";
import type { ReadPicture } from "../../document.ts";
import { upright } from "./direction.ts";
import { sheetOf, type TextInk } from "./sample-sheet.ts";
import { aroundAll } from "./visible-text.ts";
import { type CharacterWord, spelled } from "./words.ts";

/** How many words of each font are recognised to check the font, and how many fonts of a page are checked. */
const sampleWords = 12;
const mostFonts = 8;
/** The largest share of a sample's characters that recognition may read differently. */
const mostWrong = 0.3;
/** A reading counts from this mean confidence on. */
const sure = 70;
/** A sample with fewer characters decides nothing. */
const leastSample = 6;
/** Letters of a smaller height, in pixels, are not read reliably. */
const leastHeight = 8;

/** Characters that recognition confuses, and the one that stands for all of them. */
const confusable: readonly [RegExp, string][] = [
  [/[|1il!ıíìj]/gu, "l"],
  [/[0oöóòô°]/gu, "o"],
  [/[s5]/gu, "s"],
  [/[z2]/gu, "z"],
  [/[g9q]/gu, "g"],
  [/[b6]/gu, "b"],
  [/[b8]/gu, "b"],
];

/**
 * Returns the fonts whose letters differ from the document's text: recognition reads a sample of each font
 * confidently but differently. `drawn` is the page with and without its text.
 */
export async function wronglyMappedFonts(
  fonts: ReadonlyMap<number, readonly CharacterWord[]>,
  drawn: TextInk,
  read: ReadPicture,
): Promise<Set<number>> {
  const samples = [...fonts]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostFonts)
    .flatMap(([font, words]) => bySize(sampleOf(words)).map((word) => ({ font, word })));
  if (samples.length === 0) return new Set();
  const sheet = sheetOf(samples, drawn);
  const readings = wordsIn(await read(sheet.image, "single_block"));
  const wrong = new Set<number>();
  for (const [font, own] of Map.groupBy(sheet.cells, (cell) => cell.font)) {
    const compared = own.map(({ word, box }) => {
      const found = readings.filter(({ box: [left, top, right, bottom] }) => {
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        return x >= box[0] && x < box[2] && y >= box[1] && y < box[3];
      });
      return { declared: spelled(word), found };
    });
    if (isWrong(compared)) wrong.add(font);
  }
  return wrong;
}

type Compared = { declared: string; found: Word[] };

function isWrong(compared: readonly Compared[]): boolean {
  const pairs = compared.flatMap((one) => closestReading(one) ?? []);
  const length = pairs.reduce((sum, { declared }) => sum + declared.length, 0);
  if (length < leastSample) return false;
  const wrong = pairs.reduce((sum, { declared, found }) => sum + edits(declared, found), 0);
  return wrong / length > mostWrong || hasSwappedCharacter(pairs);
}

type Pair = { declared: string; found: string };

/**
 * Returns the confident reading that is closest to the word. Words below each other at its place may be read
 * as one.
 */
function closestReading({ declared, found }: Compared): Pair | undefined {
  const mean = found.reduce((sum, { confidence = 0 }) => sum + confidence, 0) / Math.max(1, found.length);
  if (mean < sure) return undefined;
  const texts = found.map(({ text }) => text);
  const pairs = [texts.join(""), ...texts].map((text) => ({
    declared: folded(declared),
    found: folded(text),
  }));
  return pairs.reduce((best, one) =>
    edits(one.declared, one.found) < edits(best.declared, best.found) ? one : best,
  );
}

/** Whether a character is never read as in the document, and always as the same other character. */
function hasSwappedCharacter(pairs: readonly Pair[]): boolean {
  const readAs = new Map<string, Map<string, number>>();
  for (const { declared, found } of pairs) {
    if (declared.length !== found.length || declared.length < 2) continue;
    for (const [index, character] of [...declared].entries()) {
      const other = found[index] ?? "";
      const counts = readAs.get(character) ?? new Map<string, number>();
      readAs.set(character, counts.set(other, (counts.get(other) ?? 0) + 1));
    }
  }
  return [...readAs].some(([character, counts]) => {
    if (counts.size !== 1 || counts.has(character)) return false;
    const [times = 0] = counts.values();
    return times >= 3;
  });
}

/**
 * Chooses words that together have as many different characters as possible, and each character twice if
 * there is room.
 */
function sampleOf(words: readonly CharacterWord[]): CharacterWord[] {
  const candidates = words.filter((word) => {
    const letters = folded(spelled(word));
    return letters.length >= 2 && letters.length <= 20 && heightOf(word, "box") >= leastHeight;
  });
  const seen = new Map<string, number>();
  const chosen = new Set<CharacterWord>();
  // The words are spread over the page, because the first ones are often headings.
  const step = Math.max(1, Math.floor(candidates.length / 60));
  const spread = candidates.filter((_, index) => index % step === 0);
  while (chosen.size < Math.min(sampleWords, spread.length)) {
    const gain = (word: CharacterWord) =>
      [...new Set(folded(spelled(word)))].reduce((sum, one) => sum + 1 / 4 ** (seen.get(one) ?? 0), 0);
    const best = spread.filter((word) => !chosen.has(word)).reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.add(best);
    for (const one of new Set(folded(spelled(best)))) seen.set(one, (seen.get(one) ?? 0) + 1);
  }
  return [...chosen];
}

/** Sorts the words by size, since each line of the sheet holds words of one size. */
function bySize(words: readonly CharacterWord[]): CharacterWord[] {
  return words.toSorted((a, b) => heightOf(a, "place") - heightOf(b, "place"));
}

function heightOf(word: CharacterWord, kind: "box" | "place"): number {
  const [, top, , bottom] = upright(aroundAll(word.map((one) => one[kind])), word[0]?.direction ?? 0);
  return bottom - top;
}

/** Keeps letters and digits only, and replaces confusable ones by one character. */
function folded(text: string): string {
  const letters = text.toLowerCase().replace(/[^\p{L}\p{N}|!]/gu, "");
  return confusable.reduce((all, [alike, one]) => all.replace(alike, one), letters);
}

function wordsIn(blocks: readonly Block[]): Word[] {
  return blocks.flatMap(({ lines }) => lines.flatMap(({ words }) => words));
}

/** The Levenshtein distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const substituted = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
