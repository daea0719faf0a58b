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

/** The ids of the oldest and the newest change that are kept; undefined if there are none. */
export async function keptRange(
  redis: RedisConnection,
): Promise<{ first: string; last: string } | undefined> {
  const [oldest, newest] = await Promise.all([
    redis.xRange(changesKey, "-", "+", { COUNT: 1 }),
    redis.xRevRange(changesKey, "+", "-", { COUNT: 1 }),
  ]);
  const [first, last] = [oldest?.[0], newest?.[0]];
  return first && last ? { first: first.id, last: last.id } : undefined;
}

/** All kept changes after `id`, oldest first. */
export async function changesAfter(redis: RedisConnection, id: string): Promise<OrderChange[]> {
  return ((await redis.xRange(changesKey, `(${id}`, "+")) ?? []).map(parseChange);
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
