import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Customer } from "../../lib/customer.ts";
import type { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import type { MeasuredRedis } from "./measured-redis.ts";

const ORDERS = 100;
const IDLE_SECONDS = 20;

const time = z.iso.datetime().nullable();
const viewSchema = z.object({ started_at: time, finished_at: time });

type Document = { title_number: string; document_type: string };

/**
 * Places orders one after the other. @returns for each the milliseconds from the arrival of the 202 to the
 * worker's start; negative if the worker was faster
 */
export async function startDelays(customer: Customer, document: Document): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let index = 0; index < ORDERS; index += 1) {
    const orderId = await customer.place(document.title_number, document.document_type);
    const acceptedAt = performance.timeOrigin + performance.now();
    milliseconds.push((await startOf(customer, orderId)) - acceptedAt);
  }
  return milliseconds;
}

/**
 * Waits for the order's end, so that the next one finds idle workers. @returns its start in ms since the
 * epoch
 */
async function startOf(customer: Customer, orderId: string): Promise<number> {
  for (;;) {
    const view = viewSchema.parse(await customer.view(orderId));
    if (view.finished_at !== null) return Date.parse(view.started_at ?? "");
    await pause(50);
  }
}

/** The commands that one idle worker sends to Redis per second, in total and by name. */
export async function commandsOfIdleWorker(
  clone: StackUnderTest,
  redis: MeasuredRedis,
): Promise<{ perSecond: number; byName: [name: string, perSecond: number][] }> {
  const workers = await clone.containers("ocr-worker");
  const stop = await redis.monitor();
  await pause(IDLE_SECONDS * 1000);
  const { sources } = await stop();
  const names = new Map<string, number>();
  for (const worker of workers) {
    for (const { IPAddress } of Object.values(await clone.endpointsOf(worker))) {
      for (const [name, count] of sources.get(IPAddress) ?? []) {
        names.set(name, (names.get(name) ?? 0) + count / workers.length / IDLE_SECONDS);
      }
    }
  }
  const byName = [...names].toSorted(([, a], [, b]) => b - a);
  return { perSecond: byName.reduce((sum, [, perSecond]) => sum + perSecond, 0), byName };
}
