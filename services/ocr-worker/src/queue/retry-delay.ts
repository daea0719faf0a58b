const firstMs = 1000;
const longestMs = 8000;

/**
 * How long an order waits after so many failures (from 1), in ms: each time twice as long, and never less
 * than half of that. Random, so that what failed together does not come back together.
 */
export function retryDelayMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(longest * (0.5 + random() / 2));
}
