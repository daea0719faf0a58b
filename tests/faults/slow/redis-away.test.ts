import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { leaseText } from "../../scan.ts";
import { FaultStack } from "../harness/fault-stack.ts";
import { Orders, outcomes } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

const minutesAway = 2.2;

test.for([
  ["stopped", () => stack.clone.container("redis").then((redis) => stack.stop(redis))],
  ["paused", () => stack.clone.container("redis").then((redis) => stack.pause(redis))],
  [
    "cut off the network",
    () => stack.clone.container("redis").then((redis) => stack.disconnect(redis, "back", "work")),
  ],
] as const)(
  "Redis %s for minutes: the workers stay unready, and then resume work on their own",
  async ([, begin]) => {
    const workers = await stack.clone.containers("ocr-worker");
    const waiting = [await orders.place("MS5000"), await orders.place("MS5000"), await orders.place("OK1")];
    const away = await begin();
    const until = Date.now() + minutesAway * 60_000;
    while (Date.now() < until) {
      expect(await Promise.all(workers.map((worker) => stack.isReady(worker)))).toEqual([false, false]);
      await pause(3000);
    }
    await away.end();
    await stack.untilReady();
    // Every service must report it.
    expect((await orders.workersAtWork()).size).toBe(2);
    for (const id of waiting) {
      expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
      expect(await orders.result(id)).toMatchObject({ attempt: 1, text: `${leaseText}\n` });
    }
  },
);
