/**
 * A word of a page: its place in the picture (left, top, right, bottom in pixels) and in the page's text.
 * `index` counts the page's words in reading order, from 0.
 */
export type PageWord = {
  index: number;
  text: string;
  box: readonly [number, number, number, number];
  /** How sure the recognition is, from 0 to 100; undefined for words that were not recognised. */
  confidence: number | undefined;
  /** A person corrected or added it. */
  isCorrected: boolean;
};

/** The words of a page by block and line, as its text shows them. */
export type PageText = { blocks: { lines: PageWord[][] }[]; words: PageWord[] };

type Box = [number, number, number, number];
type ReadWord = { text: string; box: Box; confidence?: number | undefined; source?: string };

/** The part of a page's result that this needs. */
export type ReadBlocks = { blocks: readonly { lines: readonly { words: readonly ReadWord[] }[] }[] };

/** Below this confidence a word should be checked against the picture. */
export const doubtfulBelow = 75;

export function pageText(page: ReadBlocks): PageText {
  const words: PageWord[] = [];
  const blocks = page.blocks.map(({ lines }) => ({
    lines: lines.map((line) =>
      line.words.map(({ text, box, confidence, source }) => {
        const word = { index: words.length, text, box, confidence, isCorrected: source === "corrected" };
        words.push(word);
        return word;
      }),
    ),
  }));
  return { blocks, words };
}

export function isDoubtful({ confidence }: Pick<PageWord, "confidence">): boolean {
  return confidence !== undefined && confidence < doubtfulBelow;
}

/** The doubtful words in reading order. */
export function doubtfulWords({ words }: PageText): PageWord[] {
  return words.filter(isDoubtful);
}

/** The words that a person corrected or added. */
export function correctedWords({ words }: PageText): PageWord[] {
  return words.filter(({ isCorrected }) => isCorrected);
}

/** The next entry of `places` after `from` (or before it, backwards). It begins again at the end. */
export function neighbour(
  places: readonly number[],
  from: number | undefined,
  step: 1 | -1,
): number | undefined {
  if (step === 1) return places.find((place) => from === undefined || place > from) ?? places[0];
  return places.findLast((place) => from === undefined || place < from) ?? places.at(-1);
}
