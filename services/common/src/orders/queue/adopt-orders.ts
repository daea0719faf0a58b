import type { Log } from "../../log.ts";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { repeat } from "../../repeat.ts";
import { StateLog } from "../../state-log.ts";
import { orderIdSchema } from "../order.ts";
import { earlierKeys, earlierQueue, recordKey, stepKeys } from "../order-keys.ts";
import { steps } from "../order-scripts.ts";

const repeatMs = 60_000;

/**
 * Adopts orders now and every minute, because a service of the earlier version may still accept orders while
 * the stack is being updated.
 */
export async function keepAdoptingOrders(
  redis: RedisConnection,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const state = new StateLog(log, "the search for orders of an earlier version");
  const adopt = async () => {
    const orders = await adoptOrders(redis);
    if (orders > 0) log.info({ orders }, "the waiting orders of an earlier version are in the queue now");
  };
  await state.watch(adopt);
  await repeat(repeatMs, signal, () => state.watch(adopt));
}

/**
 * Lets the orders wait in the queue that an earlier version of this project accepted and did not finish, and
 * removes its queue. Returns their number.
 */
export async function adoptOrders(redis: RedisConnection): Promise<number> {
  if ((await redis.exists(earlierKeys)) === 0) return 0;
  let adopted = 0;
  for await (const keys of redis.scanIterator({ MATCH: recordKey("*"), TYPE: "hash", COUNT: 1000 })) {
    for (const key of keys) {
      const order = orderIdSchema.safeParse(key.slice(recordKey("").length));
      if (order.success) adopted += await adopt(redis, order.data);
    }
  }
  for await (const keys of redis.scanIterator({ MATCH: earlierQueue, COUNT: 1000 })) {
    if (keys.length > 0) await redis.unlink(keys);
  }
  await redis.unlink(earlierKeys);
  return adopted;
}

async function adopt(redis: RedisConnection, orderId: string): Promise<number> {
  const attempt = (await redis.hGet(recordKey(orderId), "attempt")) ?? "0";
  const keys = stepKeys(orderId, `${recordKey(orderId)}:pages:${attempt}`);
  return Number(await steps.adopt.run(redis, keys, []));
}
