import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import { type OrderEvent, parseOrderEvent, summarize } from "@orbital-witness/common/orders/order-events.ts";
import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import type { HeldOrder } from "./check-places.ts";
import { endedPages, type ModelOrder } from "./order-model.ts";
import { same } from "./same.ts";
import type { World } from "./world.ts";

/**
 * Compares all that is known of an order with the model. Returns its record and pages if Redis holds them.
 */
export async function compareOrder(world: World, order: ModelOrder): Promise<HeldOrder | undefined> {
  return order.isArchived ? compareArchived(world, order) : compareHeld(world, order);
}

async function compareHeld(world: World, order: ModelOrder): Promise<HeldOrder> {
  const { redis } = world;
  const id = order.order.order_id;
  const [record, events, pages] = await Promise.all([
    redis.hGetAll(keys.recordKey(id)),
    eventsOf(world, id),
    redis.hGetAll(keys.pagesKey(id)),
  ]);
  const { created_ms = "", started_ms, attempt_ms, finished_ms, page_ms, ...fields } = record;
  same(fields, recordOf(order));
  const isStarted = order.attempts.length > 0;
  const hasPage = order.handedOut !== undefined && endedPages(order) > 0;
  // An order that was in the archive has no `attempt_ms` until its next attempt.
  same([created_ms, started_ms, finished_ms, page_ms].map(isTime), [
    ...[true, isStarted, hasEnded(order.status), hasPage],
  ]);
  if (order.claim !== undefined) same(isTime(attempt_ms), true);
  same(withoutTimes({ ...pages }), pagesOf(order));
  compareEvents(order, events);
  return { record, pages };
}

async function compareArchived({ store }: World, order: ModelOrder): Promise<undefined> {
  const { order_id, user_id } = order.order;
  const archived = await store.ended.find(order_id);
  if (!archived) throw new Error("the order is not in the archive");
  const { created_ms, started_ms, finished_ms, ...fields } = archived.record;
  const { place, queued_ms, claim, worker, ...expected } = recordOf(order);
  same(present(fields), expected);
  same([created_ms > 0, finished_ms !== undefined], [true, true]);
  compareEvents(order, archived.steps);
  const pages = await store.pages({ order_id, run: order.run });
  const ends = order.pages.flatMap(({ end, reading }, index) =>
    end ? `${index + 1} ${end} ${reading}` : [],
  );
  same(
    pages.map((page) => {
      const { reason, reading } = { reason: undefined, ...page };
      const end = reason ? `failed ${reason.code} ${reason.message}` : page.outcome;
      return `${page.page} ${end} ${reading?.attempts} ${reading?.worker}`;
    }),
    ends,
  );
  same(
    (await store.list(user_id, 100)).records.some((record) => record.order_id === order_id),
    true,
  );
}

function compareEvents(order: ModelOrder, events: OrderEvent[]): void {
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
  same(
    events.filter(({ status }) => status === undefined),
    [],
  );
}

/** The times of claims and readings are only present. */
function withoutTimes(pages: Record<string, string>): Record<string, string> {
  const entries = Object.entries(pages).map(([name, value]) => {
    if (name.endsWith(":claim")) return [name, value.replace(/ \d{13} /, " ")];
    return [name, name.endsWith(":reading") ? value.replace(/ \d{13} \d{13} /, " ") : value];
  });
  return Object.fromEntries(entries);
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
  if (order.isArchived) return [];
  const pages = order.pages.some(({ end, claim, failures }) => end || claim || failures > 0);
  return [keys.recordKey(order_id), keys.eventsKey(order_id), ...(pages ? [keys.pagesKey(order_id)] : [])];
}

function pagesOf({ pages }: ModelOrder): Record<string, string> {
  const fields = pages.map(({ end, reading, claim, worker, failures }, index) => ({
    [`${index + 1}`]: end,
    [`${index + 1}:reading`]: reading,
    [`${index + 1}:claim`]: claim && `${claim} ${worker}`,
    [`${index + 1}:failures`]: failures || undefined,
  }));
  return present(Object.assign({}, ...fields));
}

/** The fields of the record, without those that are only times. */
function recordOf(order: ModelOrder): Record<string, string> {
  const { status, run, turn, failures, attempts, count, handedOut, claim, worker, item, result, reason } =
    order;
  return present({
    ...order.order,
    ...{ status, run, turn, failures, attempt: attempts.length, claim, worker, place: item },
    ...{ page: count && endedPages(order), pages: count, handed_out: handedOut },
    ...{ document_pages: order.documentPages, failed_pages: failedPages(order) },
    queued_ms: hasEnded(status) ? undefined : order.queuedMs,
    ...{ result_attempt: result?.attempt, result_pages: result?.pages },
    ...{ reason_code: reason?.code, reason_message: reason?.message },
  });
}

/** Undefined for none, as the record has no such field then. */
function failedPages({ pages }: ModelOrder): number | undefined {
  return pages.filter(({ end }) => end?.startsWith("failed")).length || undefined;
}

function present(fields: Record<string, string | number | undefined>): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, `${value}`]));
}
