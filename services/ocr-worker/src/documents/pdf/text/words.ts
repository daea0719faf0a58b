import { median } from "@orbital-witness/common/results/median.ts";
import type { Rectangle } from "../page-drawing.ts";
import type { Character, Token } from "./characters.ts";
import { upright } from "./direction.ts";

/** The characters of a word, in the order of the page's text. */
export type CharacterWord = Character[];

/**
 * In line heights. A gap that exceeds the usual gap of the line's letters by more than this separates two
 * words.
 */
const wordGap = 0.09;
/** With fewer gaps a line does not show how far apart its letters usually are. */
const fewGaps = 4;
/** Two characters are on one line if at least this share of the lower character's height overlaps. */
const sharedHeight = 0.4;
/** In line heights. A character that goes back further than this starts a new line. */
const backwards = 0.5;
/** In line heights. Turned text after a wider gap does not continue its line. */
const furthest = 2;

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Returns lines of words; all characters of a line have the same direction. PDFium joins a word that is
 * hyphenated at a line's end, and words separated by a gap without a space. It also ends a line after each
 * text object of turned text. These faults are corrected here by the positions of the letters.
 */
export function linesOf(tokens: readonly Token[]): CharacterWord[][] {
  const lines: CharacterWord[][] = [[[]]];
  let before: Character | undefined;
  let isEnded = false;
  for (const token of tokens) {
    if (token === "line_end") isEnded = true;
    else if (token === "space") lines.at(-1)?.push([]);
    else {
      if (before && (isEnded ? !continuesTurned(before, token) : breaksLine(before, token))) lines.push([[]]);
      lines.at(-1)?.at(-1)?.push(token);
      [before, isEnded] = [token, false];
    }
  }
  return lines
    .map((line) => dividedAtGaps(line.filter((word) => word.length > 0)))
    .filter((line) => line.length > 0);
}

function breaksLine(before: Character, next: Character): boolean {
  if (before.direction !== next.direction) return true;
  const [a, b] = [uprightPlace(before), uprightPlace(next)];
  const lower = Math.min(heightOf(a), heightOf(b));
  if (lower <= 0) return false;
  if (sharedBy(a, b) < lower * sharedHeight) return true;
  const isBackwards = b[0] < a[0] - lower * backwards;
  return isBackwards && !rightToLeft.test(next.text) && !rightToLeft.test(before.text);
}

/** Whether turned text continues its line after PDFium ended it. */
function continuesTurned(before: Character, next: Character): boolean {
  if (next.direction === 0 || before.direction !== next.direction) return false;
  const [a, b] = [uprightPlace(before), uprightPlace(next)];
  const lower = Math.min(heightOf(a), heightOf(b));
  const gap = b[0] - a[2];
  return sharedBy(a, b) >= lower * sharedHeight && gap > -lower * backwards && gap < lower * furthest;
}

function uprightPlace({ place, direction }: Character): Rectangle {
  return upright(place, direction);
}

function sharedBy(a: Rectangle, b: Rectangle): number {
  return Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
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

/** The gap in line heights. */
function gapBefore(before: Character | undefined, next: Character): number {
  if (!before) return 0;
  const [a, b] = [uprightPlace(before), uprightPlace(next)];
  return (b[0] - a[2]) / Math.max(1, Math.min(heightOf(a), heightOf(b)));
}

function heightOf([, top, , bottom]: Rectangle): number {
  return bottom - top;
}

export function spelled(word: CharacterWord): string {
  return word
    .map(({ text }) => text)
    .join("")
    .normalize("NFC")
    .replace(/[\uFB00-\uFB06]/gu, (ligature) => ligature.normalize("NFKC"));
}
