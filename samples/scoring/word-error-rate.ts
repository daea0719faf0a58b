import { editDistance } from "./character-error-rate.ts";

/**
 * The number of words to insert, remove or replace to turn `read` into `truth`, divided by the number of
 * words in `truth`. 0 is perfect, and 1 is the maximum.
 */
export function wordErrorRate(truth: string, read: string): number {
  const numbers = new Map<string, number>();
  const numbered = (text: string) =>
    Uint32Array.from(wordsIn(text), (word) => {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  const expected = numbered(truth);
  const actual = numbered(read);
  if (expected.length === 0) return actual.length === 0 ? 0 : 1;
  return Math.min(1, editDistance(expected, actual) / expected.length);
}

function wordsIn(text: string): string[] {
  return text.normalize("NFC").split(/\s+/).filter(Boolean);
}
