import { setTimeout as pause } from "node:timers/promises";
import type { StateLog } from "@orbital-witness/common/state-log.ts";
import { ErrorReply } from "redis";
import { ZodError } from "zod";
import { unlessAborted } from "../unless-aborted.ts";

const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Redis' answers that time changes: it is loading its file, its disk or memory is full, or another takes
 * over.
 */
const passingReply = /^(LOADING|MISCONF|OOM|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY)\b/;

/**
 * Repeats a write, with growing pauses, until Redis takes it: what an attempt came to is not lost because
 * Redis is away. Rejects with what waiting does not change, and with the signal's reason.
 *
 * A write whose answer got lost is done twice: the second then finds that the attempt has its order no more.
 */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal, state: StateLog): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      // A command waits for a Redis that is away as long as it takes: the signal has to reach it there too.
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

function mayPass(error: unknown): boolean {
  if (error instanceof ErrorReply) return passingReply.test(error.message);
  return !(error instanceof ZodError);
}
