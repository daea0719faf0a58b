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
 * removed. `start` is that of an empty text.
 */
export type Distances = readonly number[];

export function start(phrase: string): Distances {
  return Array.from({ length: phrase.length + 1 }, (_, index) => index);
}

/** The distances after one more letter of the text. */
export function withLetter(distances: Distances, phrase: string, letter: string): Distances {
  const next = [(distances[0] ?? 0) + 1];
  for (let index = 1; index <= phrase.length; index++) {
    const changed = (distances[index - 1] ?? 0) + (phrase[index - 1] === letter ? 0 : 1);
    next.push(Math.min(changed, (distances[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
  }
  return next;
}

/** How many letters may differ in a phrase that was found. A short one must be the same. */
export function tolerance(phrase: string): number {
  if (phrase.length < 6) return 0;
  return Math.floor(phrase.length * (phrase.length < 30 ? 0.2 : 0.15));
}
