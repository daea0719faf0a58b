import type { Word } from "@orbital-witness/common/results/page-result.ts";

type Reader = NonNullable<Word["reader"]>;

/**
 * Where the two readers differ: how many of 100 words are right to which their reader gave at least this
 * confidence (0 to 100). Measured on scans with known texts, see docs/figures.md.
 */
export const rightWhereDifferent: Readonly<
  Record<Reader, readonly (readonly [least: number, right: number])[]>
> = {
  tesseract: [
    [0, 2],
    [80, 11],
    [90, 78],
    [95, 94],
  ],
  ppocr: [
    [0, 2],
    [60, 33],
    [80, 80],
    [90, 92],
  ],
};
/** The same for words that both readers read alike, whatever their confidences. */
const AGREED = 99;

/** How likely it is, from 0 to 100, that a word is right which the other reader reads differently. */
export function rightOf({ reader = "tesseract", confidence = 0 }: Word): number {
  return rightWhereDifferent[reader].findLast(([least]) => confidence >= least)?.[1] ?? 0;
}

/** A word that both readers read alike. */
export function agreed(word: Word): Word {
  return { ...word, confidence: Math.max(word.confidence ?? 0, AGREED) };
}
