const firstMs = 1000;
const longestMs = 8000;

/**
 * The delay in ms before the next attempt, after `failures` failures (from 1). It doubles each time up to a
 * limit, and is randomly shortened by up to half, so that orders that failed together do not come back
 * together.
 */
export function retryDelayMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(longest * (0.5 + random() / 2));
}
