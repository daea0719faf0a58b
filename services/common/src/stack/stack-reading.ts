import { z } from "zod";
import * as keys from "../orders/order-keys.ts";
import { readableLease } from "../orders/queue/order-queue.ts";
import { aging } from "../orders/queue/service-order.ts";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { fieldsReply, readScript } from "../redis/redis-script.ts";
import { minuteKey, workerReportsKey } from "./stack-keys.ts";
import {
  minuteMs,
  parseFigures,
  shownMinutes,
  type WorkerReport,
  type WorkFigures,
  workerReportSchema,
} from "./worker-reports.ts";

const script = readScript(new URL("./read.lua", import.meta.url));
const worksScript = readScript(new URL("./works.lua", import.meta.url));
/** More users do not make the answer slower. Beyond these, the oldest order is not searched. */
const mostUsers = 1000;
const mostLeases = 256;

const reply = z.tuple([
  z.tuple([z.number(), z.int(), z.int(), z.int()]),
  z.number().nullable(),
  fieldsReply,
  z.array(z.string()),
  fieldsReply,
  z.array(fieldsReply),
]);
const worksReply = z.array(z.tuple([z.string(), z.coerce.number(), z.string()]));

/** What a worker has: an order, or a page of it. Times in ms since the epoch. */
export type Work = { worker: string; orderId: string; page: number | undefined; sinceMs: number };
/** `report` is undefined for a worker of an earlier version. */
export type SeenWorker = { name: string; seenMs: number; report: WorkerReport | undefined };
export type Minute = WorkFigures & { atMs: number };

/** What Redis knows about the stack. Times in ms since the epoch, by Redis's clock. */
export type StackReading = {
  nowMs: number;
  waiting: number;
  delayed: number;
  running: number;
  /** Since when the order waits that has waited longest, of those that no worker has begun. */
  oldestMs: number | undefined;
  workers: SeenWorker[];
  works: Work[];
  /** The last minutes, oldest first. */
  minutes: Minute[];
};

/** Runs two scripts, whose work does not grow with the number of orders. */
export async function readStack(redis: RedisConnection): Promise<StackReading> {
  const last = Math.floor(Date.now() / minuteMs);
  const minutes = Array.from({ length: shownMinutes }, (_, index) => last - shownMinutes + 1 + index);
  const named = [keys.waitingKey, keys.delayedKey, keys.usersKey, keys.leasesKey, keys.workersKey];
  const answer = await script.run(
    redis,
    [...named, workerReportsKey, ...minutes.map(minuteKey)],
    [mostUsers, mostLeases, aging.pageMs],
  );
  const [[nowMs, waiting, delayed, running], oldest, seen, leases, reports, figures] = reply.parse(answer);
  return {
    ...{ nowMs, waiting, delayed, running, oldestMs: oldest ?? undefined },
    workers: seenWorkers(seen, reports),
    works: await readWorks(redis, leases),
    minutes: minutes.map((minute, index) => ({
      atMs: minute * minuteMs,
      ...parseFigures(figures[index] ?? {}),
    })),
  };
}

/** What the leases are on, without those of workers that meanwhile lost or ended their work. */
async function readWorks(redis: RedisConnection, names: readonly string[]): Promise<Work[]> {
  const leases = names.flatMap((name) => readableLease(name) ?? []);
  if (leases.length === 0) return [];
  const answer = await worksScript.run(
    redis,
    leases.map(({ order_id, page }) => (page === undefined ? keys.recordKey : keys.pagesKey)(order_id)),
    leases.map(({ page = "" }) => page),
  );
  return worksReply.parse(answer).flatMap(([worker, sinceMs, token], index) => {
    const lease = leases[index];
    if (worker === "" || !lease || (lease.page !== undefined && lease.token !== token)) return [];
    return { worker, orderId: lease.order_id, page: lease.page, sinceMs };
  });
}

/** A worker is seen when it asks for work or holds its lease, and when it reports itself. */
function seenWorkers(
  seen: Readonly<Record<string, string>>,
  reports: Readonly<Record<string, string>>,
): SeenWorker[] {
  const names = [...new Set([...Object.keys(seen), ...Object.keys(reports)])];
  return names.map((name) => {
    const [, seconds = "0", text = ""] = /^(\d+) (.*)$/s.exec(reports[name] ?? "") ?? [];
    const seenMs = Math.max(Number(seen[name] ?? 0), Number(seconds) * 1000);
    return { name, seenMs, report: parseReport(text) };
  });
}

/** Undefined for what another version wrote. */
function parseReport(text: string): WorkerReport | undefined {
  try {
    return workerReportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
