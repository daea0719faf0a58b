import { setTimeout as pause } from "node:timers/promises";

/**
 * Pauses `ms`, then works, again and again until the signal: a work that takes long is followed by a pause
 * too. Rejects as the work.
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
