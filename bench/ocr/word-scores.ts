/** The share of the true words that were read, wherever they stand. A word counts as often as it occurs. */
export function wordsFound(truth: string, read: string): number {
  const expected = wordsIn(truth);
  const left = countsOf(wordsIn(read));
  let found = 0;
  for (const word of expected) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    found += 1;
  }
  return expected.length === 0 ? 1 : found / expected.length;
}

/**
 * The share of neighbouring true words that are also neighbours in the text that was read. Only words that
 * occur exactly once in both texts are compared, and the words between them are skipped. So a word that was
 * not read costs nothing here. 1 if there is nothing to compare.
 */
export function orderKept(truth: string, read: string): number {
  const [expected, actual] = [wordsIn(truth), wordsIn(read)];
  const [inTruth, inRead] = [countsOf(expected), countsOf(actual)];
  const isCompared = (word: string) => inTruth.get(word) === 1 && inRead.get(word) === 1;
  const wanted = expected.filter(isCompared);
  const found = actual.filter(isCompared);
  const next = new Map(found.map((word, index) => [word, found[index + 1]]));
  const pairs = wanted.length - 1;
  if (pairs < 1) return 1;
  return wanted.filter((word, index) => index < pairs && next.get(word) === wanted[index + 1]).length / pairs;
}

function wordsIn(text: string): string[] {
  return text.normalize("NFC").split(/\s+/).filter(Boolean);
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
