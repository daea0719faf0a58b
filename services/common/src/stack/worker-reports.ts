import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { readScript } from "../redis/redis-script.ts";
import { durationClass } from "./durations.ts";
import { minuteKey, workerReportsKey } from "./stack-keys.ts";

const script = readScript(new URL("./report.lua", import.meta.url));
const forgetSeconds = 600;
/** The figures of this many minutes are shown, including the current one. */
export const shownMinutes = 15;
const keptSeconds = (shownMinutes + 2) * 60;
export const minuteMs = 60_000;

/**
 * What a worker says about itself. `waits_for`: the storage that has no room. `source`: whether the document
 * source answered when the worker last needed it, at `at_ms` since the epoch.
 */
export const workerReportSchema = z.object({
  pages_per_minute: z.int(),
  memory_bytes: z.int().optional(),
  waits_for: z.string().optional(),
  source: z.object({ answers: z.boolean(), at_ms: z.number() }).optional(),
});
export type WorkerReport = z.output<typeof workerReportSchema>;

/** What one or more workers did. */
export type WorkFigures = {
  pages: number;
  /** Orders that were completed or failed. */
  orders: number;
  /** The sum of the times for which pages were read. */
  ms: number;
  /** The number of pages in each class of durations. */
  durations: Map<number, number>;
  /** The number of failed attempts for each reason. */
  failures: Map<string, number>;
};

export const noFigures = (): WorkFigures => ({
  ...{ pages: 0, orders: 0, ms: 0 },
  durations: new Map(),
  failures: new Map(),
});

export function addPage(figures: WorkFigures, ms: number): void {
  figures.pages++;
  figures.ms += Math.round(ms);
  count(figures.durations, durationClass(ms));
}

export function addFailure(figures: WorkFigures, code: string): void {
  count(figures.failures, code);
}

function count<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Stores a worker's report, and adds its figures to those of this minute. */
export async function report(
  redis: RedisConnection,
  worker: string,
  { report: what, figures }: { report: WorkerReport | undefined; figures: WorkFigures },
): Promise<void> {
  const keys = [workerReportsKey, minuteKey(Math.floor(Date.now() / minuteMs))];
  const text = what === undefined ? "" : JSON.stringify(what);
  await script.run(redis, keys, [worker, text, forgetSeconds, keptSeconds, ...fieldsOf(figures)]);
}

const plain = ["pages", "orders", "ms"] as const;
const durationPrefix = "within:";
const failurePrefix = "failed:";

/** The fields of a minute's hash, with what to add to each. */
function fieldsOf({ durations, failures, ...sums }: WorkFigures): (string | number)[] {
  return [
    ...plain.map((name) => [name, sums[name]] as const),
    ...[...durations].map(([name, added]) => [`${durationPrefix}${name}`, added] as const),
    ...[...failures].map(([code, added]) => [`${failurePrefix}${code}`, added] as const),
  ]
    .filter(([, added]) => added > 0)
    .flat();
}

/** Reads the hash of a minute. Fields that another version added are left out. */
export function parseFigures(fields: Readonly<Record<string, string>>): WorkFigures {
  const figures = noFigures();
  for (const [name, text] of Object.entries(fields)) {
    const value = Number(text);
    if (!Number.isFinite(value)) continue;
    const sum = plain.find((one) => one === name);
    if (sum) figures[sum] = value;
    else if (name.startsWith(failurePrefix)) figures.failures.set(name.slice(failurePrefix.length), value);
    else if (name.startsWith(durationPrefix)) {
      figures.durations.set(Number(name.slice(durationPrefix.length)), value);
    }
  }
  return figures;
}
