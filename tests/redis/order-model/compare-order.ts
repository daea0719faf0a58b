import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import { type OrderEvent, parseOrderEvent, summarize } from "@orbital-witness/common/orders/order-events.ts";
import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import type { HeldOrder } from "./check-places.ts";
import { endedPages, type ModelOrder } from "./order-model.ts";
import { same } from "./same.ts";
import type { World } from "./world.ts";

/** Compares all that Redis holds of an order with the model. */
export async function compareOrder(world: World, order: ModelOrder): Promise<HeldOrder> {
  const { redis } = world;
  const id = order.order.order_id;
  const [record, events, pages, ...timesToLive] = await Promise.all([
    redis.hGetAll(keys.recordKey(id)),
    eventsOf(world, id),
    redis.hGetAll(keys.pagesKey(id)),
    ...orderKeys(order).map((key) => redis.ttl(key)),
  ]);
  const { created_ms = "", started_ms, attempt_ms, finished_ms, ...fields } = record;
  same(fields, recordOf(order));
  const isStarted = order.attempts.length > 0;
  same([created_ms, started_ms, attempt_ms, finished_ms].map(isTime), [
    ...[true, isStarted, isStarted, hasEnded(order.status)],
  ]);
  same({ ...pages }, pagesOf(order));
  same(
    timesToLive.map((seconds) => seconds > 0),
    timesToLive.map(() => hasEnded(order.status)),
  );
  const { history, attempts } = summarize(events);
  same(
    history.map(({ status }) => status),
    order.history,
  );
  same(
    attempts.map(({ reason, ...of }) => ({
      ...of,
      started_at: "",
      ended_at: !of.ended_at,
      code: reason?.code,
    })),
    order.attempts.map((of) => ({ ...of, started_at: "", ended_at: of.outcome === null })),
  );
  const progress = events.filter(({ status }) => status === undefined);
  same(
    progress.map(({ page, pages: all, worker = "" }) => `${page}/${all} ${worker}`.trim()),
    order.progress,
  );
  return { record, pages };
}

const isTime = (ms: string | undefined) => Number(ms) > 0;

/** The order's events. Only new ones are read, because events never change. */
async function eventsOf({ redis, events }: World, id: string): Promise<OrderEvent[]> {
  const before = events.get(id) ?? [];
  const entries = await redis.xRange(keys.eventsKey(id), `(${before.at(-1)?.id ?? 0}`, "+");
  const all = [...before, ...(entries ?? []).map(parseOrderEvent)];
  events.set(id, all);
  return all;
}

export function orderKeys(order: ModelOrder): string[] {
  const { order_id } = order.order;
  const pages = order.pages.some(({ end, claim, failures }) => end || claim || failures > 0);
  return [keys.recordKey(order_id), keys.eventsKey(order_id), ...(pages ? [keys.pagesKey(order_id)] : [])];
}

function pagesOf({ pages }: ModelOrder): Record<string, string> {
  const fields = pages.map(({ end, claim, failures }, index) => ({
    [`${index + 1}`]: end,
    [`${index + 1}:claim`]: claim,
    [`${index + 1}:failures`]: failures || undefined,
  }));
  return present(Object.assign({}, ...fields));
}

/** The fields of the record, without those that are only times. */
function recordOf(order: ModelOrder): Record<string, string> {
  const { status, run, turn, failures, attempts, count, handedOut, claim, item, result, reason } = order;
  return present({
    ...order.order,
    ...{ status, run, turn, failures, attempt: attempts.length, claim, place: item },
    ...{ page: count && endedPages(order), pages: count, handed_out: handedOut },
    queued_ms: hasEnded(status) ? undefined : order.queuedMs,
    ...{ result_attempt: result?.attempt, result_pages: result?.pages },
    ...{ reason_code: reason?.code, reason_message: reason?.message },
  });
}

function present(fields: Record<string, string | number | undefined>): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, `${value}`]));
}
