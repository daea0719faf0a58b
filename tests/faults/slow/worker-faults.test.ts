import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";
import { Orders, type OrderView, outcomes, statuses, statusesOfTwoAttempts } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

test("1 a worker cut off from Redis mid-page: another one completes the order, and the first one's result " +
  "is dropped", {
  timeout: 120_000,
}, async () => {
  const { id, worker, name } = await orders.midPage();
  const cut = await stack.disconnect(worker, "work");
  const view = await orders.ended(id);
  expect(view.attempts).toMatchObject([{ worker: name, outcome: "lost" }, { outcome: "completed" }]);
  expect(statuses(view)).toEqual(statusesOfTwoAttempts);
  const result = await orders.result(id);
  expect(result).toEqual({ attempt: 2, text: expect.stringMatching(/LEASE OF .*LEASE OF /s) });
  await cut.end();
  await stack.untilReady();
  // The first worker has taken another order, so it is done with the lost one.
  expect(await orders.workersAtWork()).toContain(name);
  expect(await orders.view(id)).toEqual(view);
  expect(await orders.result(id)).toEqual(result);
});

test("1 a worker killed at each attempt: the order fails as worker_lost after five", async () => {
  const id = await orders.place("SLO1");
  const lost: "lost"[] = [];
  while (lost.length < 5) {
    const isRead = (view: OrderView) =>
      view.status === "recognizing" && isDeepStrictEqual(outcomes(view), [...lost, null]);
    const { worker } = await orders.readerOf(await orders.until(id, 60, isRead));
    await stack.crash(worker);
    lost.push("lost");
  }
  const view = await orders.ended(id);
  expect(view).toMatchObject({ status: "failed", reason: { code: "worker_lost" } });
  expect(outcomes(view)).toEqual(lost);
  await stack.untilReady();
});
