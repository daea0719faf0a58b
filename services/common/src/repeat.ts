import { setTimeout as pause } from "node:timers/promises";

/**
 * Pauses for `ms`, then runs `work`, again and again until the signal aborts. The pause is not shortened by a
 * long run. Rejects when `work` rejects.
 */
export async function repeat(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await pause(ms, undefined, { signal, ref: false });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    await work();
  }
}
