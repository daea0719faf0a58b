import { setTimeout as pause } from "node:timers/promises";
import { placeOrders } from "./load.ts";
import type { Part, Subject } from "./subject.ts";

/** Processor time by part in microseconds, and writes to disk. */
export type Usage = Record<Part, number> & { diskWrites: number };
/** Commands that Redis executed: sent by clients, and within scripts. */
export type Commands = { sent: number; inScripts: number };
/** What a subject without orders uses per second. */
export type IdleUse = Usage & Commands;

const IDLE_SECONDS = 10;
/** Work that goes on after the answer belongs to the order. */
const SETTLE_MS = 500;
const MONITORED_ORDERS = 1000;

/** What the subject has used until now. */
async function usageOf({ redis, processorUs }: Subject): Promise<Usage> {
  return {
    router: await processorUs.router(),
    service: await processorUs.service(),
    redis: await processorUs.redis(),
    diskWrites: await redis.diskWrites(),
  };
}

/** Runs the work. @returns its value, the seconds it took, and what the subject used meanwhile */
async function usedBy<T>(subject: Subject, work: () => Promise<T>) {
  const before = await usageOf(subject);
  const startedAt = performance.now();
  const value = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await usageOf(subject);
  return { value, seconds, used: usageBy((name) => after[name] - before[name]) };
}

/** Measures the subject without orders: health checks, pings and everything else in the background. */
export async function idleUse(subject: Subject): Promise<IdleUse> {
  const { seconds, used } = await usedBy(subject, () => pause(IDLE_SECONDS * 1000));
  const stop = await subject.redis.monitor();
  await pause(IDLE_SECONDS * 1000);
  const { sent, inScripts } = await stop();
  return {
    ...usageBy((name) => used[name] / seconds),
    sent: sent / IDLE_SECONDS,
    inScripts: inScripts / IDLE_SECONDS,
  };
}

/** Places orders for some seconds. @returns the load, and what one order used */
export async function measuredLoad(subject: Subject, idle: Usage, connections: number, duration: number) {
  await subject.redis.empty();
  const { value, seconds, used } = await usedBy(subject, async () => {
    const load = await placeOrders(subject.url, subject.body, connections, { duration });
    await pause(SETTLE_MS);
    return load;
  });
  return { ...value, perOrder: usageBy((name) => (used[name] - idle[name] * seconds) / value.sent) };
}

/** Places some orders while Redis reports every command. @returns the commands of one order */
export async function commandsOfOrder(
  subject: Subject,
  idle: Commands,
  connections: number,
): Promise<Commands> {
  const startedAt = performance.now();
  const stop = await subject.redis.monitor();
  const { sent: orders } = await placeOrders(subject.url, subject.body, connections, {
    amount: MONITORED_ORDERS,
  });
  await pause(SETTLE_MS);
  const { sent, inScripts } = await stop();
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sent: (sent - idle.sent * seconds) / orders,
    inScripts: (inScripts - idle.inScripts * seconds) / orders,
  };
}

function usageBy(figureOf: (name: keyof Usage) => number): Usage {
  return {
    router: figureOf("router"),
    service: figureOf("service"),
    redis: figureOf("redis"),
    diskWrites: figureOf("diskWrites"),
  };
}
