import { setTimeout as pause } from "node:timers/promises";

/** `late` makes the error for a wait that took longer than `limitMs`. */
export type PollOptions = { everyMs: number; limitMs: number; late: () => Error };

/**
 * Calls `look` at once and then every `everyMs`, until it returns a value other than undefined. Rejects with
 * the error of `late` after `limitMs`, and with the errors of `look`.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { everyMs, limitMs, late }: PollOptions,
): Promise<T> {
  const lastAt = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= lastAt) throw late();
    await pause(everyMs);
  }
}
