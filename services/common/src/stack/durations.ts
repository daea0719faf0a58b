/** How many classes of durations there are between a duration and its double. */
const perDoubling = 4;

/**
 * The class of a duration in ms. A class is 19 % wide, so that a few dozen counters describe all durations
 * from a millisecond to an hour.
 */
export function durationClass(ms: number): number {
  return Math.round(Math.log2(Math.max(ms, 1)) * perDoubling);
}

/**
 * Returns the duration in ms within which the `share` of all durations lies, at most 9 % off. `counts`: how
 * many durations each class has. Undefined for no durations.
 */
export function durationWithin(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const classes = [...counts].toSorted(([a], [b]) => a - b);
  let left = Math.ceil(share * classes.reduce((sum, [, count]) => sum + count, 0));
  for (const [name, count] of classes) {
    left -= count;
    if (left <= 0 && count > 0) return Math.round(2 ** (name / perDoubling));
  }
  return undefined;
}
