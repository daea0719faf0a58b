/**
 * The number of edits that turn `read` into `truth`, divided by the length of `truth`. 0 is perfect, and 1 is
 * the maximum. Runs of white space count as one space on both sides, so line breaks do not matter.
 */
export function characterErrorRate(truth: string, read: string): number {
  const expected = normalise(truth);
  const actual = normalise(read);
  if (expected.length === 0) return actual.length === 0 ? 0 : 1;
  return Math.min(1, editDistance(expected, actual) / expected.length);
}

/** Code points, so that a character outside the basic plane counts once. */
function normalise(text: string): Uint32Array {
  const characters = [...text.normalize("NFC").replace(/\s+/g, " ").trim()];
  return Uint32Array.from(characters, (character) => character.codePointAt(0) ?? 0);
}

/**
 * Levenshtein distance with one row of memory. Loops are indexed because a page takes tens of millions of
 * steps.
 */
export function editDistance(from: Uint32Array, to: Uint32Array): number {
  const row = Uint32Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    let diagonal = i;
    let left = i + 1;
    row[0] = left;
    for (let j = 1; j <= to.length; j++) {
      const above = row[j] ?? 0;
      left = Math.min(above + 1, left + 1, diagonal + (from[i] === to[j - 1] ? 0 : 1));
      row[j] = left;
      diagonal = above;
    }
  }
  return row[to.length] ?? 0;
}
