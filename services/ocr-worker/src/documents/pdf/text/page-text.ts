import type { Box, Line, Word } from "@orbital-witness/common/results/page-result.ts";
import { lineOf } from "@orbital-witness/common/results/page-result.ts";
import type { Size } from "../image-stream.ts";
import type { Rectangle } from "../page-drawing.ts";
import type { TextObject } from "../page-objects.ts";
import type { Pointer } from "../pdfium-calls.ts";
import type { Character, Token } from "./characters.ts";
import { upright } from "./direction.ts";
import { isNear } from "./repeated-text.ts";
import { aroundAll, share, type VisibleText, wholePixels } from "./visible-text.ts";
import { type CharacterWord, linesOf, spelled } from "./words.ts";

/**
 * A word with a visible share up to `hidden` is hidden. From `whole` on it is kept completely. In between,
 * only its visible characters are kept.
 */
const visibleShare = { hidden: 0.3, whole: 0.7 };

/** This many hidden characters in a row are covered by something. */
const coveredRun = 3;

/**
 * Characters without a meaning: control codes, private use, surrogates, unassigned codes, and the replacement
 * character.
 */
const meaningless = /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\uFFFD]/u;
/** A bullet of a symbol font. */
const ornament = /^\p{Co}$/u;

/** The visible text of a page, in lines of words. */
export function visibleLines(tokens: readonly Token[], visible: VisibleText): CharacterWord[][] {
  const characters = charactersIn(tokens);
  const seen = new Set(characters.filter((one) => visible.isVisible(one)).map(({ object }) => object));
  const lines = linesOf(tokens.filter((token) => typeof token === "string" || seen.has(token.object)));
  const isRepeated = repetition();
  return lines
    .map((line) =>
      line.flatMap((word): CharacterWord[] => {
        const shown = share(word, (one) => visible.isVisible(one));
        if (shown <= visibleShare.hidden || isRepeated(word)) return [];
        return [shown >= visibleShare.whole ? word : word.filter((one) => visible.isVisible(one))];
      }),
    )
    .filter((line) => line.length > 0);
}

/** Bold print and shadows are made by drawing words twice, at the same place or nearly so. */
function repetition(): (word: CharacterWord) => boolean {
  const places = new Map<string, Rectangle[]>();
  return (word) => {
    const text = spelled(word);
    const box = aroundAll(word.map((one) => one.box));
    const same = places.get(text) ?? [];
    if (same.some((other) => isNear(other, box, box[3] - box[1]))) return true;
    places.set(text, [...same, box]);
    return false;
  };
}

export function charactersIn(tokens: readonly Token[]): Character[] {
  return tokens.filter((token) => typeof token !== "string");
}

/** Text objects with characters that have no meaning. A word that is only a bullet does not count. */
export function meaninglessObjects(words: readonly CharacterWord[]): Set<Pointer> {
  const found = new Set<Pointer>();
  for (const word of words) {
    if (ornament.test(spelled(word))) continue;
    for (const { text, object } of word) if (meaningless.test(text)) found.add(object);
  }
  return found;
}

/**
 * Runs of hidden characters by text object, such as those under a bar over a name: the positions of the first
 * and the last one. Recognition reads the visible rest, so a searchable copy needs nothing of them.
 */
export function coveredRuns(
  tokens: readonly Token[],
  visible: VisibleText,
): Map<Pointer, [first: number, last: number][]> {
  const found = new Map<Pointer, [number, number][]>();
  const runs = new Map<Pointer, number[]>();
  const end = (object: Pointer) => {
    const run = runs.get(object) ?? [];
    runs.delete(object);
    if (run.length < coveredRun) return;
    const [first = 0, last = 0] = [run[0], run.at(-1)].toSorted((a = 0, b = 0) => a - b);
    found.set(object, [...(found.get(object) ?? []), [first, last]]);
  };
  for (const one of charactersIn(tokens)) {
    if (visible.isVisible(one)) end(one.object);
    else {
      const run = runs.get(one.object) ?? [];
      run.push(one.position);
      runs.set(one.object, run);
    }
  }
  for (const object of [...runs.keys()]) end(object);
  return found;
}

/** The words of trusted text objects. `isValue`: whether a point of the page lies in a form field. */
export function trustedLines(
  lines: readonly CharacterWord[][],
  trusted: ReadonlyMap<Pointer, TextObject>,
  image: Size,
  isValue: (x: number, y: number) => boolean,
): { own: Line[]; added: Line[] } {
  const own: Line[] = [];
  const added: Line[] = [];
  for (const line of lines) {
    const words = line.filter((word) => word.every(({ object }) => trusted.has(object)));
    const isOwn = (word: CharacterWord) => word.some(({ object }) => trusted.get(object)?.isOwn);
    const ownWords = words.filter(isOwn).flatMap((word) => toWord(word, "text_layer", image));
    const addedWords = words
      .filter((word) => !isOwn(word))
      .flatMap((word) => toWord(word, isValue(...middleOf(word)) ? "form_value" : "text_layer", image));
    if (ownWords.length > 0) own.push(lineOf(ownWords));
    for (const group of apartFields(addedWords)) added.push(lineOf(group));
  }
  return { own, added };
}

/** PDFium reports the values of two fields beside each other as one line. */
function apartFields(words: readonly Word[]): Word[][] {
  const groups: Word[][] = [];
  for (const word of words) {
    const before = groups.at(-1)?.at(-1);
    if (before && before.source === word.source && isNextTo(before, word)) groups.at(-1)?.push(word);
    else groups.push([word]);
  }
  return groups;
}

function isNextTo(before: Word, next: Word): boolean {
  const [a, b] = [upright(before.box, before.direction ?? 0), upright(next.box, next.direction ?? 0)];
  const isBeside = Math.min(a[3], b[3]) > Math.max(a[1], b[1]);
  return isBeside && b[0] >= a[0] && b[0] - a[2] < 2 * (b[3] - b[1]);
}

function toWord(word: CharacterWord, source: Word["source"], image: Size): Word[] {
  const text = spelled(word);
  if (text === "" || ornament.test(text)) return [];
  const box: Box = wholePixels(aroundAll(word.map((one) => one.box)), image);
  const direction = word[0]?.direction || undefined;
  return box[0] < box[2] && box[1] < box[3] ? [{ text, box, source, ...(direction && { direction }) }] : [];
}

function middleOf(word: CharacterWord): [number, number] {
  const [left, top, right, bottom] = aroundAll(word.map(({ box }) => box));
  return [(left + right) / 2, (top + bottom) / 2];
}
