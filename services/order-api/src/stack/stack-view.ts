import { defaultLeaseMs } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { durationWithin } from "@orbital-witness/common/stack/durations.ts";
import type { Minute, SeenWorker, StackReading, Work } from "@orbital-witness/common/stack/stack-reading.ts";
import type { Stack } from "./stack-schemas.ts";

/** A worker that was not seen for longer is forgotten, in ms. */
const forgetMs = 600_000;
const share = 0.95;

/** What Redis knows about the stack, as operators see it. */
export function stackView(reading: StackReading): Omit<Stack, "storage" | "parts"> {
  const { nowMs, oldestMs, minutes } = reading;
  return {
    at: timeOf(nowMs),
    workers: workersOf(reading),
    queue: {
      ...{ waiting: reading.waiting, running: reading.running, delayed: reading.delayed },
      oldest_seconds: oldestMs === undefined ? null : secondsBetween(oldestMs, nowMs),
    },
    minutes: minutes.map(({ atMs, pages, orders, ms, failures }) => ({
      at: timeOf(atMs),
      ...{ pages, failures: sumOf(failures.values()), orders },
      page_ms: pages === 0 ? null : Math.round(ms / pages),
    })),
    failures: [...totals(minutes, ({ failures }) => failures)]
      .map(([code, count]) => ({ code, count }))
      .toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code)),
    page_ms: pageTimes(minutes),
  };
}

/** Whether a worker was seen within the time for which it keeps its work. */
export function isPresent({ seenMs }: SeenWorker, nowMs: number): boolean {
  return nowMs - seenMs <= defaultLeaseMs;
}

function workersOf({ nowMs, workers, works }: StackReading): Stack["workers"] {
  const byNumber = new Intl.Collator("en", { numeric: true });
  return workers
    .filter(({ seenMs }) => nowMs - seenMs <= forgetMs)
    .toSorted((a, b) => byNumber.compare(a.name, b.name))
    .map((worker) => {
      const { name, seenMs } = worker;
      const work = works.find((one) => one.worker === name);
      const isGone = !isPresent(worker, nowMs);
      const report = isGone ? undefined : worker.report;
      return {
        ...{ name, state: isGone ? "gone" : work ? "reading" : "idle", ...workView(work) },
        pages_per_minute: report?.pages_per_minute ?? null,
        memory_bytes: report?.memory_bytes ?? null,
        last_seen_at: timeOf(seenMs),
      };
    });
}

function workView(work: Work | undefined) {
  if (!work) return { order_id: null, page: null, since: null };
  return { order_id: work.orderId, page: work.page ?? null, since: timeOf(work.sinceMs) };
}

function pageTimes(minutes: readonly Minute[]): Stack["page_ms"] {
  const pages = sumOf(minutes.map((minute) => minute.pages));
  const p95 = durationWithin(
    totals(minutes, ({ durations }) => durations),
    share,
  );
  if (pages === 0 || p95 === undefined) return null;
  return { mean: Math.round(sumOf(minutes.map(({ ms }) => ms)) / pages), p95 };
}

function totals<Name>(
  minutes: readonly Minute[],
  of: (minute: Minute) => ReadonlyMap<Name, number>,
): Map<Name, number> {
  const sums = new Map<Name, number>();
  for (const [name, count] of minutes.flatMap((minute) => [...of(minute)])) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

function sumOf(values: Iterable<number>): number {
  return [...values].reduce((sum, value) => sum + value, 0);
}

/** Clocks may differ, so an order may come from the future. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
