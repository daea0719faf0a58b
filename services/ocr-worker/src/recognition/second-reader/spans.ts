import { around, type Box, type Line, type Word } from "@orbital-witness/common/results/page-result.ts";
import type { SecondReaderSettings } from "./settings.ts";

/** Of words with a lower confidence, tesseract reads every tenth and more wrong. */
const DOUBTFUL = 90;
/** Paper around a span, in heights of its line. */
const PADDING = 0.15;
/** A word may be so much higher than its line, in the line's heights. Signatures are higher still. */
const TALLER = 0.25;

/**
 * Words of a line that follow each other and are read again as one picture: `words.slice(from, to)`.
 * `box`: what the picture shows, in pixels of the page.
 */
export type Span = { from: number; to: number; box: Box };

export function isDoubtful({ confidence = 100 }: Word): boolean {
  return confidence < DOUBTFUL;
}

/**
 * The parts of a line to read again: all of it, or its doubtful words, each with a neighbour on both sides,
 * because the model reads a word better among others.
 */
export function spansOf({ words }: Line, mode: SecondReaderSettings["mode"]): Span[] {
  const isWanted = (index: number) =>
    mode === "always" || words.slice(Math.max(0, index - 1), index + 2).some(isDoubtful);
  const spans: { from: number; to: number }[] = [];
  for (const index of words.keys()) {
    if (!isWanted(index)) continue;
    const span = spans.at(-1);
    if (span?.to === index) span.to = index + 1;
    else spans.push({ from: index, to: index + 1 });
  }
  return spans.map((span) => ({ ...span, box: boxOf(words, span) }));
}

/** Sure words show how high the line is, because boxes of doubtful ones contain all kinds of ink. */
function boxOf(words: readonly Word[], { from, to }: { from: number; to: number }): Box {
  const inside = around(words.slice(from, to).map(({ box }) => box));
  const sure = words.filter((word) => !isDoubtful(word));
  const [, top, , bottom] = around((sure.length > 0 ? sure : words).map(({ box }) => box));
  const height = bottom - top;
  const padding = Math.max(2, Math.round(height * PADDING));
  const [before, after] = [words[from - 1], words[to]];
  const between = (gap: number) => Math.min(padding, Math.floor(gap / 2));
  return [
    inside[0] - (before ? between(inside[0] - before.box[2]) : padding),
    Math.round(Math.min(top, Math.max(inside[1], top - TALLER * height))) - padding,
    inside[2] + (after ? between(after.box[0] - inside[2]) : padding),
    Math.round(Math.max(bottom, Math.min(inside[3], bottom + TALLER * height))) + padding,
  ];
}
