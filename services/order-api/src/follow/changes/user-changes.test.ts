import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLog } from "../../../../../tests/redis/redis-database.ts";
import type { OrderSummary } from "../../order-schemas.ts";
import { type ChangeMessage, mostOrders, UserChanges } from "./user-changes.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

let entries = 0;
const change = (orderId: string, removed = false) => ({ id: `${++entries}-0`, orderId, userId: 1, removed });

/** A user whose orders look like their ids. */
function followed(summaries = async (ids: readonly string[]) => ids.map(summary)) {
  const user = new UserChanges(summaries, silentLog);
  const messages: ChangeMessage[] = [];
  const leave = user.follow((more) => messages.push(...more));
  return { user, messages, leave };
}

const summary = (order_id: string) => ({ order_id }) as OrderSummary;
const kinds = (messages: readonly ChangeMessage[]) =>
  messages.map((message) => (message.kind === "order" ? message.order.order_id : message.kind));

test("a change is told at once, and later ones of the same order together after 100 ms", async () => {
  const { user, messages } = followed();
  user.changed(change("a"));
  await vi.advanceTimersByTimeAsync(0);
  expect(kinds(messages)).toEqual(["a"]);
  user.changed(change("a"));
  user.changed(change("b"));
  user.changed(change("a"));
  await vi.advanceTimersByTimeAsync(99);
  expect(kinds(messages)).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(kinds(messages)).toEqual(["a", "b", "a"]);
  expect(messages.at(-1)?.id).toBe(`${entries}-0`);
});

test("after the messages of many orders, the next ones come after 10 ms for each", async () => {
  const { user, messages } = followed();
  for (let number = 1; number <= 40; number++) user.changed(change(`${number}`));
  await vi.advanceTimersByTimeAsync(0);
  expect(messages).toHaveLength(40);
  user.changed(change("a"));
  await vi.advanceTimersByTimeAsync(399);
  expect(messages).toHaveLength(40);
  await vi.advanceTimersByTimeAsync(1);
  expect(messages).toHaveLength(41);
});

test("more orders than are worth their events are one reset, and then nothing for a second", async () => {
  const { user, messages } = followed();
  for (let number = 0; number <= mostOrders; number++) user.changed(change(`${number}`));
  await vi.advanceTimersByTimeAsync(0);
  expect(messages).toEqual([{ kind: "reset", id: `${entries}-0` }]);
  user.changed(change("a"));
  await vi.advanceTimersByTimeAsync(999);
  expect(messages).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(kinds(messages)).toEqual(["reset", "a"]);
});

test("a removed order is told, and one that is gone without a change is not", async () => {
  const { user, messages } = followed(async () => []);
  user.changed(change("a"));
  user.changed(change("b", true));
  await vi.advanceTimersByTimeAsync(0);
  expect(messages).toEqual([{ kind: "removed", id: `${entries}-0`, orderId: "b" }]);
});

test("orders that cannot be read are one reset a second later", async () => {
  const { user, messages } = followed(() => Promise.reject(new Error("Redis is away")));
  user.changed(change("a"));
  await vi.advanceTimersByTimeAsync(999);
  expect(messages).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(messages).toEqual([{ kind: "reset", id: `${entries}-0` }]);
});

test("nothing is read for a user whom nobody follows any more", async () => {
  const summaries = vi.fn(async () => []);
  const { user, leave } = followed(summaries);
  user.changed(change("a"));
  leave();
  await vi.advanceTimersByTimeAsync(1000);
  expect(summaries).not.toHaveBeenCalled();
});
