import { setTimeout as pause } from "node:timers/promises";
import type { StateLog } from "@orbital-witness/common/state-log.ts";
import { ErrorReply } from "redis";
import { ZodError } from "zod";
import { unlessAborted } from "../unless-aborted.ts";

const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Transient Redis errors: it is loading its file, its disk or memory is full, or another server takes over.
 */
const passingReply = /^(LOADING|MISCONF|OOM|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY)\b/;

/**
 * Repeats a write, with growing pauses, until Redis accepts it, so that an attempt's outcome is not lost
 * while Redis is away. Rejects with errors that are not transient, and with the signal's reason.
 *
 * A write whose answer was lost is executed twice. The second one then finds that the attempt no longer has
 * its order.
 */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal, state: StateLog): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      // A command waits as long as Redis is away, so the signal must be able to end that wait too.
      const written = await unlessAborted(write, signal);
      state.recovered();
      return written;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      state.failed(error);
    }
    await unlessAborted(() => pause(pauseMs), signal);
  }
}

/** Whether the same request may succeed later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ErrorReply) return passingReply.test(error.message);
  return ![ZodError, TypeError, RangeError, ReferenceError].some((ours) => error instanceof ours);
}
