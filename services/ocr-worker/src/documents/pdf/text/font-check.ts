import type { Block, Word } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../../../recognition/grey-image.ts";
import type { ReadPicture } from "../../document.ts";
import { aroundAll, wholePixels } from "./visible-text.ts";
import type { CharacterWord } from "./words.ts";

/** Words of a font that are recognised to check it, and fonts of a page that are checked. */
const sampleWords = 12;
const mostFonts = 8;
/** Of the characters of a font's sample, what recognition may read otherwise. */
const mostWrong = 0.3;
/** Recognition is believed from this mean confidence on. */
const sure = 70;
/** In characters: a smaller sample decides nothing. */
const leastSample = 6;
/** Letters so small, in pixels, are not read well. */
const leastHeight = 8;
const white = 255;
const sheetWidth = 1800;

/** Characters that recognition takes for each other, and the one that stands for them all. */
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
 * The fonts whose letters are not what the document says: recognition reads a sample of each confidently, and
 * otherwise. The page is given with and without its text.
 */
export async function wronglyMappedFonts(
  fonts: ReadonlyMap<number, readonly CharacterWord[]>,
  drawn: TextInk,
  read: ReadPicture,
): Promise<Set<number>> {
  const samples = [...fonts]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostFonts)
    .flatMap(([font, words]) => sampleOf(words).map((word) => ({ font, word })));
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
      return { told: spelled(word), found };
    });
    if (isWrong(compared)) wrong.add(font);
  }
  return wrong;
}

/** What the text changes on a page is dark on white, whatever its colours are. */
type TextInk = { page: GreyImage; textless: GreyImage };

type Compared = { told: string; found: Word[] };

function isWrong(compared: readonly Compared[]): boolean {
  const read = compared.filter(({ found }) => found.length > 0);
  const confidences = read.flatMap(({ found }) => found.map(({ confidence = 0 }) => confidence));
  const mean = confidences.reduce((sum, one) => sum + one, 0) / Math.max(1, confidences.length);
  const pairs = read.map(
    ({ told, found }) => [folded(told), folded(found.map(({ text }) => text).join(""))] as const,
  );
  const length = pairs.reduce((sum, [told]) => sum + told.length, 0);
  if (mean < sure || length < leastSample) return false;
  const wrong = pairs.reduce((sum, [told, found]) => sum + edits(told, found), 0);
  return wrong / length > mostWrong || hasSwappedCharacter(pairs);
}

/** Whether a character is never read as the document says, and always as the same other one. */
function hasSwappedCharacter(pairs: readonly (readonly [string, string])[]): boolean {
  const readAs = new Map<string, Map<string, number>>();
  for (const [told, found] of pairs) {
    if (told.length !== found.length || told.length < 2) continue;
    for (const [index, character] of [...told].entries()) {
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

/** Words that together have as many different characters as so few can; each character twice where there is room. */
function sampleOf(words: readonly CharacterWord[]): CharacterWord[] {
  const candidates = words.filter((word) => {
    const [, top, , bottom] = aroundAll(word.map(({ box }) => box));
    const letters = folded(spelled(word));
    return letters.length >= 2 && letters.length <= 20 && bottom - top >= leastHeight && word[0]?.isUpright;
  });
  const seen = new Map<string, number>();
  const chosen = new Set<CharacterWord>();
  // Spread over the page: its first words are headings, often.
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

type Cell = { font: number; word: CharacterWord; box: [number, number, number, number] };

/** The words one after the other in lines, each font on lines of its own; cells reach into the gaps between them. */
function sheetOf(samples: readonly { font: number; word: CharacterWord }[], { page, textless }: TextInk) {
  const margin = 40;
  const placed: { cell: Cell; from: readonly number[]; left: number; top: number }[] = [];
  let [x, y, rowHeight, font] = [margin, margin, 0, samples[0]?.font];
  for (const { font: own, word } of samples) {
    const [left, top, right, bottom] = wholePixels(aroundAll(word.map(({ box }) => box)), page);
    const [, placeTop, , placeBottom] = wholePixels(aroundAll(word.map(({ place }) => place)), page);
    const [width, height] = [right - left, Math.max(bottom, placeBottom) - Math.min(top, placeTop)];
    const gap = Math.round(Math.max(12, height * 0.5));
    if (own !== font || x + width + margin > sheetWidth) {
      [x, y, rowHeight, font] = [margin, y + rowHeight + gap, 0, own];
    }
    const lineTop = Math.min(top, placeTop);
    const cell: Cell = {
      font: own,
      word,
      box: [x - gap / 2, y - gap / 2, x + width + gap / 2, y + height + gap / 2],
    };
    placed.push({ cell, from: [left, top, right, bottom], left: x, top: y + top - lineTop });
    x += width + gap;
    rowHeight = Math.max(rowHeight, height);
  }
  const width = Math.max(sheetWidth, ...placed.map(({ cell }) => Math.ceil(cell.box[2]) + margin));
  const height = y + rowHeight + margin;
  const data = Buffer.alloc(width * height, white);
  for (const { from, left, top } of placed) {
    const [fromLeft = 0, fromTop = 0, fromRight = 0, fromBottom = 0] = from;
    for (let row = fromTop; row < fromBottom; row++) {
      for (let column = fromLeft; column < fromRight; column++) {
        const at = row * page.width + column;
        const change = Math.abs((page.data[at] ?? 0) - (textless.data[at] ?? 0));
        data[(top + row - fromTop) * width + left + column - fromLeft] = Math.max(0, white - 1.5 * change);
      }
    }
  }
  return { image: { data, width, height, dpi: page.dpi }, cells: placed.map(({ cell }) => cell) };
}

export function spelled(word: CharacterWord): string {
  return word
    .map(({ text }) => text)
    .join("")
    .normalize("NFC")
    .replace(/[\uFB00-\uFB06]/gu, (ligature) => ligature.normalize("NFKC"));
}

/** Letters and digits alone, those that look alike as one. */
function folded(text: string): string {
  const letters = text.toLowerCase().replace(/[^\p{L}\p{N}|!]/gu, "");
  return confusable.reduce((all, [alike, one]) => all.replace(alike, one), letters);
}

function wordsIn(blocks: readonly Block[]): Word[] {
  return blocks.flatMap(({ lines }) => lines.flatMap(({ words }) => words));
}

/** Levenshtein's distance. */
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
