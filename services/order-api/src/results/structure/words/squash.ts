/**
 * Letters and digits alone, in lower case, because recognition loses spaces and signs. `ends[i]`: the length
 * of the text up to and including the letter at `i`.
 */
export type Squashed = { letters: string; ends: number[] };

export function squash(text: string): Squashed {
  const known = recent.get(text);
  if (known) return known;
  const squashed = squashAnew(text);
  if (recent.size >= MOST_RECENT) recent.clear();
  recent.set(text, squashed);
  return squashed;
}

/** Each word of a page is looked at for each phrase of a form. */
const recent = new Map<string, Squashed>();
const MOST_RECENT = 5000;

function squashAnew(text: string): Squashed {
  let letters = "";
  const ends: number[] = [];
  let end = 0;
  for (const sign of text) {
    end += sign.length;
    const kept = sign
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "");
    letters += kept;
    for (let index = 0; index < kept.length; index++) ends.push(end);
  }
  return { letters, ends };
}

/**
 * The distances between a text and each beginning of a phrase: how many letters have to be changed, added or
 * removed. `from`: the length of the shortest of these beginnings. Others are farther away than allowed.
 */
export type Distances = { length: number; from: number; values: number[] };

export const FAR = 1000;

/** The distances of an empty text. `most`: the largest distance that matters. */
export function start(most: number): Distances {
  return { length: 0, from: 0, values: Array.from({ length: most + 1 }, (_, index) => index) };
}

/** The distances after one more letter of the text. */
export function withLetter(before: Distances, phrase: string, letter: string, most: number): Distances {
  const length = before.length + 1;
  const from = Math.max(0, length - most);
  const end = Math.min(phrase.length, length + most);
  const values: number[] = [];
  for (let index = from; index <= end; index++) {
    const above = before.values[index - before.from] ?? FAR;
    const diagonal = index === 0 ? FAR : (before.values[index - 1 - before.from] ?? FAR);
    const changed = diagonal + (phrase[index - 1] === letter ? 0 : 1);
    const left = index === from ? FAR : (values[index - 1 - from] ?? FAR);
    values.push(Math.min(changed, above + 1, left + 1));
  }
  return { length, from, values };
}

/** The distance to the whole phrase. */
export function distanceTo(phrase: string, { from, values }: Distances): number {
  return values[phrase.length - from] ?? FAR;
}

/** How many letters may differ in a phrase that was found. A short one must be the same. */
export function tolerance(phrase: string): number {
  if (phrase.length < 6) return 0;
  return Math.floor(phrase.length * (phrase.length < 30 ? 0.2 : 0.15));
}
