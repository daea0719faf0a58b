import type { WordOperation } from "../../api/types.ts";
import type { PageText, PageWord } from "../words/page-words.ts";

/**
 * What to do with a word for which somebody typed a text: nothing left removes it, and spaces divide it.
 * Undefined if nothing changes. The same text for a word that was recognised confirms it.
 */
export function operationOf(word: PageWord, typed: string): WordOperation | undefined {
  const texts = typed.split(/\s+/).filter((part) => part !== "");
  const [text] = texts;
  if (text === undefined) return { op: "remove", word: word.index };
  if (texts.length > 1) return { op: "split", word: word.index, texts };
  if (text === word.text && word.confidence === undefined) return undefined;
  return { op: "replace", word: word.index, text };
}

/** Joins a word with the next one. Undefined for the last word of a line. */
export function joinWithNext({ blocks }: PageText, index: number): WordOperation | undefined {
  const line = blocks
    .flatMap(({ lines }) => lines)
    .find((words) => words.some((word) => word.index === index));
  const next = line?.find((word) => word.index === index + 1);
  return next && { op: "join", words: [index, next.index] };
}

/** The word of another revision of the page that has this place; undefined if there is none. */
export function wordAtPlace(words: readonly PageWord[], box: PageWord["box"]): PageWord | undefined {
  const shared = (other: PageWord["box"]) => {
    const [left, top, right, bottom] = box;
    const width = Math.min(right, other[2]) - Math.max(left, other[0]);
    const height = Math.min(bottom, other[3]) - Math.max(top, other[1]);
    return width <= 0 || height <= 0 ? 0 : width * height;
  };
  return words.reduce<PageWord | undefined>(
    (found, word) => (shared(word.box) > (found ? shared(found.box) : 0) ? word : found),
    undefined,
  );
}
