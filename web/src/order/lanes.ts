import type { Order, PageEnd } from "../api/types.ts";
import { durationText, statusText } from "./texts.ts";

/** A bar of the waterfall. Times are ms since the order was placed. `end` is undefined while it runs. */
export type Bar = {
  /** Unique in its lane. */
  key: string;
  label: string;
  /** The whole of it in words. */
  text: string;
  state: string;
  start: number;
  end: number | undefined;
};
export type Lane = { key: string; name: string; bars: Bar[]; note?: string };

const takeovers = new Map([
  ["lost", "Lost: the worker stopped responding, and another one took over"],
  ["handed_back", "Handed back: the worker was stopped, and another one took over"],
]);

/** The order's life: its statuses, each attempt, and what each worker read and when. */
export function lanesOf(order: Order, pages: readonly PageEnd[]): Lane[] {
  return [statusLane(order), ...attemptLanes(order), ...workerLanes(order, pages)];
}

/** When the last thing of these lanes ended, in ms since the order was placed. */
export function lastEnd(lanes: readonly Lane[]): number {
  const ends = lanes.flatMap(({ bars }) => bars.map(({ start, end }) => end ?? start));
  return ends.reduce((last, end) => Math.max(last, end), 0);
}

function statusLane({ created_at, history }: Order): Lane {
  const since = clock(created_at);
  const bars = history.flatMap(({ status, at }, place): Bar[] => {
    if (["completed", "failed", "cancelled"].includes(status)) return [];
    const next = history[place + 1]?.at;
    const [start, end] = [since(at), next === undefined ? undefined : since(next)];
    const label = statusText[status];
    const text = end === undefined ? label : `${label}: ${durationText(end - start)}`;
    return [{ key: String(place), label, text, state: status, start, end }];
  });
  return { key: "status", name: "Order", bars };
}

function attemptLanes({ created_at, attempts }: Order): Lane[] {
  const since = clock(created_at);
  return attempts.map(({ attempt, worker, started_at, ended_at, outcome, reason }) => {
    const end = ended_at === null ? undefined : since(ended_at);
    const note = outcomeText(outcome, reason?.message);
    const bar = {
      ...{ key: "attempt", label: worker, text: `${worker}: ${note}`, state: outcome ?? "running" },
      ...{ start: since(started_at), end },
    };
    const isPlain = outcome === null || outcome === "completed";
    return {
      ...{ key: `attempt ${attempt}`, name: `Attempt ${attempt}`, bars: [bar] },
      ...(!isPlain && { note }),
    };
  });
}

function outcomeText(outcome: string | null, reason: string | undefined): string {
  if (outcome === null) return "Running";
  if (outcome === "completed") return "Finished";
  return takeovers.get(outcome) ?? reason ?? "Failed";
}

function workerLanes({ created_at }: Order, pages: readonly PageEnd[]): Lane[] {
  const since = clock(created_at);
  const lanes = new Map<string, Bar[]>();
  for (const { page, outcome, reason, reading } of pages) {
    if (reading === null) continue;
    const { worker, started_at, ended_at, attempts } = reading;
    const [start, end] = [since(started_at), since(ended_at)];
    const end_ = { read: "read", empty: "no text", failed: reason?.message ?? "failed" }[outcome];
    const again = attempts > 1 ? `, ${attempts} attempts` : "";
    const text = `Page ${page}: ${end_}, ${durationText(end - start)}${again}`;
    const bar = { key: String(page), label: String(page), text, state: `page-${outcome}`, start, end };
    lanes.set(worker, [...(lanes.get(worker) ?? []), bar]);
  }
  return [...lanes]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([name, bars]) => ({
      ...{ key: `worker ${name}`, name },
      bars: bars.sort((a, b) => a.start - b.start),
    }));
}

function clock(created_at: string): (at: string) => number {
  const began = Date.parse(created_at);
  // The clocks of Redis and the Order API may differ by some ms.
  return (at) => Math.max(0, Date.parse(at) - began);
}

/** The text of a tick on the axis of a life of `total` ms. Short lives need finer texts than a duration. */
export function tickText(tick: number, total: number): string {
  if (tick === 0) return "0";
  return total < 1000 ? `${tick} ms` : durationText(tick);
}

/** Round times in ms for the axis of a life of `total` ms: at most six, 0 among them. */
export function ticksOf(total: number): number[] {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000];
  const hours = [2, 5, 10, 15, 30, 60, 120, 240, 720, 1440].map((minutes) => minutes * 60_000);
  const step = [...steps, ...hours].find((each) => total / each <= 5) ?? total / 5;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, place) => place * step);
}
