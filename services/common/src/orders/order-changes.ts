import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { changesKey } from "./order-keys.ts";

/** About how many changes are kept, as in `steps/order.lua`. */
const keptChanges = 10_000;

/** An entry of the changes. `removed`: the order no longer exists. */
const entrySchema = z
  .object({ order: z.string(), user: z.coerce.number(), removed: z.string().optional() })
  .transform(({ order, user, removed }) => ({
    orderId: order,
    userId: user,
    removed: removed !== undefined,
  }));

/** A change of an order that its user can see. `id` is the stream's entry id, ascending. */
export type OrderChange = z.output<typeof entrySchema> & { id: string };

type Entry = { id: string; message: Record<string, string> };

/** The id before the first entry of a stream. */
export const beforeAll = "0-0";

/** Tells that an order no longer exists. The steps tell all other changes. Rejects when Redis does. */
export async function tellRemoved(redis: RedisConnection, orderId: string, userId: number): Promise<void> {
  const fields = { order: orderId, user: String(userId), removed: "1" };
  const trim = { strategy: "MAXLEN", strategyModifier: "~", threshold: keptChanges } as const;
  await redis.xAdd(changesKey, "*", fields, { TRIM: trim });
}

/** The id of the newest change that is kept, or the one before all. */
export async function latestChange(redis: RedisConnection): Promise<string> {
  return (await newestEntry(redis))?.id ?? beforeAll;
}

async function newestEntry(redis: RedisConnection): Promise<Entry | undefined> {
  return (await redis.xRevRange(changesKey, "+", "-", { COUNT: 1 }))?.[0];
}

/** All kept changes after `id`, oldest first. */
export async function changesAfter(redis: RedisConnection, id: string): Promise<OrderChange[]> {
  return ((await redis.xRange(changesKey, `(${id}`, "+")) ?? []).map(parseChange);
}

/** The changes after `id`, and the id after which to continue. Undefined if some may no longer be kept. */
export type ChangesSince = { changes: OrderChange[] | undefined; last: string };

/** What happened after a change that somebody knows. */
export async function changesSince(redis: RedisConnection, id: string): Promise<ChangesSince> {
  // What is kept is read last, so that changes which are cut meanwhile count as lost.
  const [changes, oldest, newest] = await Promise.all([
    changesAfter(redis, id),
    redis.xRange(changesKey, "-", "+", { COUNT: 1 }),
    newestEntry(redis),
  ]);
  const first = oldest?.[0];
  // Earlier changes are gone, or Redis lost its data.
  if (!first || !newest || isAfter(first.id, id) || isAfter(id, newest.id)) {
    return { changes: undefined, last: newest?.id ?? beforeAll };
  }
  return { changes, last: changes.at(-1)?.id ?? id };
}

/** Waits up to `ms` for changes after `id`. `redis`: a connection used only for this. */
export async function awaitChanges(redis: RedisConnection, id: string, ms: number): Promise<OrderChange[]> {
  const reply = await redis.xRead({ key: changesKey, id }, { BLOCK: ms, COUNT: 1000 });
  return z
    .array(z.object({ messages: z.array(z.custom<Entry>()) }))
    .parse(reply ?? [])
    .flatMap(({ messages }) => messages.map(parseChange));
}

/** Throws a ZodError for an entry that our scripts did not write. */
function parseChange({ id, message }: Entry): OrderChange {
  return { id, ...entrySchema.parse({ ...message }) };
}

/** Whether a stream's entry id comes after another one. */
export function isAfter(id: string, other: string): boolean {
  const [ms = 0, count = 0] = id.split("-").map(Number);
  const [otherMs = 0, otherCount = 0] = other.split("-").map(Number);
  return ms === otherMs ? count > otherCount : ms > otherMs;
}
