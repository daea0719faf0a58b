import { TimeLimitError } from "@orbital-witness/common/time-limit.ts";

const tickMs = 250;
/** A tick that comes later than this, in ms, was held up by a pause of the process. */
const latestTickMs = 1000;

/**
 * Settles as `work` does, or rejects with a TimeLimitError after `limitMs`. Time in which this process was
 * stopped does not count: a paused container or a machine that sleeps. The work itself continues and may end
 * later.
 */
export async function withinRunningTime<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  let [ran, lastTick] = [0, performance.now()];
  const timer = setInterval(
    () => {
      const now = performance.now();
      ran += Math.min(now - lastTick, latestTickMs);
      lastTick = now;
      if (ran >= limitMs) limit.reject(new TimeLimitError(`no answer within ${limitMs} ms`));
    },
    Math.min(tickMs, limitMs),
  );
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearInterval(timer);
  }
}
