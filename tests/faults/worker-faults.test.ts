import { expect, test } from "vitest";
import { FaultStack } from "./harness/fault-stack.ts";
import { sumOf } from "./harness/metrics.ts";
import { Orders, outcomes, statuses, statusesOfTwoAttempts } from "./harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

test("1 a worker is killed mid-page: another one completes the order, with one result", {
  timeout: 120_000,
}, async () => {
  const { id, worker, name } = await orders.midPage();
  const others = (await stack.clone.containers("ocr-worker")).filter((each) => each.id !== worker.id);
  const counted = () =>
    Promise.all([
      sumOf(stack, others, 'orbital_takeovers_total{of="order"}'),
      sumOf(stack, others, 'orbital_failed_attempts_total{reason="worker_lost"}'),
    ]);
  const [takeovers = 0, lost = 0] = await counted();
  await stack.kill(worker);
  const view = await orders.ended(id);
  expect(await counted()).toEqual([takeovers + 1, lost + 1]);
  expect(view.attempts).toMatchObject([
    { worker: name, outcome: "lost", reason: { code: "worker_lost" } },
    { worker: expect.not.stringContaining(name), outcome: "completed" },
  ]);
  expect(statuses(view)).toEqual(statusesOfTwoAttempts);
  expect(await orders.result(id)).toEqual({
    attempt: 2,
    text: expect.stringMatching(/LEASE OF .*LEASE OF /s),
  });
});

test("9 `docker stop` of a worker mid-page: it exits with 0, and the order is completed without a failed " +
  "attempt", {
  timeout: 120_000,
}, async () => {
  const { id, worker } = await orders.midPage();
  await stack.stop(worker);
  expect(await stack.inspect(worker, "{{.State.ExitCode}}")).toBe("0");
  const view = await orders.ended(id);
  expect(view.status).toBe("completed");
  expect([["completed"], ["handed_back", "completed"]]).toContainEqual(outcomes(view));
  expect(await orders.result(id)).toMatchObject({ text: expect.stringMatching(/LEASE OF .*LEASE OF /s) });
});

test("the Order API is killed right after its 202: the order still runs", async () => {
  const id = await orders.place("OK900");
  const api = await stack.kill(await stack.clone.container("order-api"));
  // A worker archives an order after its end.
  await expect.poll(() => stack.redis("EXISTS", `order:${id}`), { timeout: 30_000 }).toEqual(["0"]);
  await api.end();
  await stack.untilReady();
  expect(outcomes(await orders.view(id))).toEqual(["completed"]);
});
