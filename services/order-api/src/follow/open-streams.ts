import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Context } from "hono";
import { type SSEMessage, streamSSE } from "hono/streaming";
import { z } from "zod";

/** Open streams per user. */
const mostOfOneUser = 100;

/** The header with which a client continues a stream. */
export const lastEventHeaders = z.object({
  "Last-Event-ID": z
    .string()
    .regex(/^\d{1,18}-\d{1,18}$/, "must be the id of an event")
    .optional()
    .meta({ description: "Continue after this event" }),
});

/** Keeps the connection alive. */
export const heartbeat = ": still there\n\n";

/** A message of a stream. Text is sent as it is. */
export type StreamItem = SSEMessage | string;

/** The event streams that are open, counted by user. */
export class OpenStreams {
  readonly #stopping: AbortSignal;
  readonly #open = new Map<number, number>();

  /** `stopping` ends all streams. */
  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
  }

  /** How many streams are open in all and of the user who has most, and how many one user may open. */
  get use(): { all: number; mostOfOne: number; limitOfOne: number } {
    const counts = [...this.#open.values()];
    const all = counts.reduce((sum, count) => sum + count, 0);
    return { all, mostOfOne: Math.max(0, ...counts), limitOfOne: mostOfOneUser };
  }

  /**
   * Answers with a stream of what `items` yields, until it ends or the client leaves, which aborts its
   * signal. Answers 429 if the user has too many streams. HEAD opens none. `what` is sent, for the log.
   */
  send(
    c: Context<AppEnv>,
    { userId, what }: { userId: number; what: string },
    items: (signal: AbortSignal) => AsyncIterable<StreamItem>,
  ): Response {
    c.header("Content-Type", "text/event-stream");
    c.header("X-Accel-Buffering", "no");
    if (c.req.method === "HEAD") return c.body(null);
    this.#count(userId, 1);
    return streamSSE(c, async (stream) => {
      const left = new AbortController();
      stream.onAbort(() => left.abort());
      try {
        for await (const item of items(AbortSignal.any([this.#stopping, left.signal]))) {
          if (typeof item === "string") await stream.write(item);
          else await stream.writeSSE(item);
        }
      } catch (err) {
        c.var.log.error({ err }, `sending ${what} failed`);
      } finally {
        this.#count(userId, -1);
      }
    });
  }

  #count(userId: number, more: 1 | -1): void {
    const now = (this.#open.get(userId) ?? 0) + more;
    if (now > mostOfOneUser) throw tooManyStreams();
    if (now === 0) this.#open.delete(userId);
    else this.#open.set(userId, now);
  }
}

function tooManyStreams(): Problem {
  const detail = `You have ${mostOfOneUser} event streams open. Close one, or poll GET /orders/{id}.`;
  return new Problem(429, "too_many_streams", detail, { headers: { "Retry-After": "10" } });
}
