import { z } from "zod";
import { failureReasonSchema } from "./order.ts";

const count = z.coerce.number().int().nonnegative();

/**
 * How a page came to its end: at which attempt, by which worker, and from when to when (ms since the epoch by
 * Redis's clock).
 */
const readingSchema = z.object({
  attempts: count.positive(),
  worker: z.string(),
  started_ms: count,
  ended_ms: count,
});
export type PageReading = z.output<typeof readingSchema>;

/** How a page (from 1) ended. Pages that earlier versions read have no `reading`. */
export const pageEndSchema = z.intersection(
  z.object({ page: count.positive(), reading: readingSchema.optional() }),
  z.discriminatedUnion("outcome", [
    z.object({ outcome: z.enum(["read", "empty"]) }),
    z.object({ outcome: z.literal("failed"), reason: failureReasonSchema }),
  ]),
);
export type PageEnd = z.output<typeof pageEndSchema>;

/** Parses the hash of an attempt's pages, ordered by page. Pages that are still to be read are left out. */
export function parsePageEnds(fields: Record<string, string>): PageEnd[] {
  return Object.entries(fields)
    .filter(([name]) => /^\d+$/.test(name))
    .map(([name, state]) => parsePageEnd(Number(name), state, fields[`${name}:reading`]))
    .sort((a, b) => a.page - b.page);
}

function parsePageEnd(page: number, state: string, facts: string | undefined): PageEnd {
  const reading = facts === undefined ? undefined : parseReading(facts);
  const of = reading ? { page, reading } : { page };
  if (state === "read" || state === "empty") return { ...of, outcome: state };
  const [, code, message] = /^failed (\S+) (.*)$/s.exec(state) ?? [];
  if (code === undefined || message === undefined) throw new Error(`not the end of a page: ${state}`);
  return { ...of, outcome: "failed", reason: { code, message } };
}

function parseReading(facts: string): PageReading {
  const [, attempts, started_ms, ended_ms, worker] = /^(\d+) (\d+) (\d+) (.*)$/s.exec(facts) ?? [];
  return readingSchema.parse({ attempts, worker, started_ms, ended_ms });
}
