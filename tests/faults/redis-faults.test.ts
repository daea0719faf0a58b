import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { leaseText } from "../scan.ts";
import { FaultStack } from "./harness/fault-stack.ts";
import { type Answer, accepted, Orders, outcomes } from "./harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

async function token(): Promise<number> {
  return (await stack.customer.post("/token", { username: "alice", password: "password" })).status;
}

test("2 Redis killed while 200 orders are posted: every 202 exists and ends, no 503 exists, and nothing " +
  "else does", {
  timeout: 180_000,
}, async () => {
  const before = new Set(await orders.stored());
  const posted: Promise<Answer>[] = [];
  const post = async (count: number) => {
    for (let done = 0; done < count; done += 1) {
      posted.push(orders.post("OK2"));
      await pause(10);
    }
  };
  await post(50);
  await Promise.all([post(100), stack.crash(await stack.clone.container("redis"))]);
  await post(50);
  const answers = await Promise.all(posted);
  expect(answers).toHaveLength(200);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
  const promised = answers.filter(({ status }) => status === 202).map(accepted);
  await stack.untilReady();
  for (const id of promised) {
    expect(await orders.ended(id)).toMatchObject({ status: "completed", reason: null });
    expect(await orders.result(id), id).toMatchObject({ text: `${leaseText}\n` });
  }
  const stored = (await orders.stored()).filter((id) => !before.has(id));
  expect(stored).toEqual(promised.sort());
  expect((await orders.listed("OK2")).sort()).toEqual(promised);
});

test("3 Redis stopped: orders get 503 within 2 s, tokens and /livez work, then all recover", async () => {
  const waiting = await orders.place("MS5000");
  const stopped = await stack.stop(await stack.clone.container("redis"));
  const refused = await orders.post("OK3");
  expect(refused).toMatchObject({ status: 503, body: { code: "queue_unavailable" } });
  expect(refused.ms).toBeLessThan(2000);
  expect(await token()).toBe(200);
  expect((await stack.customer.get("/order/readyz")).status).toBe(503);
  expect((await stack.customer.get("/order/livez")).status).toBe(200);
  for (const part of ["order-api", "ocr-worker"]) {
    expect(await stack.isReady(await stack.clone.container(part)), part).toBe(false);
  }
  await stopped.end();
  await stack.untilReady();
  expect(outcomes(await orders.ended(waiting))).toEqual(["completed"]);
  expect((await orders.workersAtWork()).size).toBe(2);
  expect(await orders.listed("OK3")).toEqual([]);
});

test("4 Redis paused: orders get 503 within 3 s and never appear, then all recover", async () => {
  const paused = await stack.pause(await stack.clone.container("redis"));
  const refused = await Promise.all([orders.post("OK4"), orders.post("OK4"), orders.post("OK4")]);
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 503, body: { code: "queue_unavailable" } });
    expect(answer.ms).toBeLessThan(3000);
  }
  expect(await token()).toBe(200);
  await paused.end();
  await stack.untilReady();
  expect((await orders.workersAtWork()).size).toBe(2);
  expect(await orders.listed("OK4")).toEqual([]);
});

test("6 maxmemory reached: orders get 503 store_full, reading and cancelling work, and accepted orders end", {
  timeout: 120_000,
}, async () => {
  // The two workers have one order each, so the others wait.
  const running = [await orders.place("MS8000"), await orders.place("MS8000")];
  for (const id of running) await orders.reaches(id, "fetching");
  const waiting = [await orders.place("OK60"), await orders.place("OK60")];
  const cancelled = await orders.place("OK60");
  const full = await stack.configureRedis("maxmemory", "1mb");
  expect(await orders.post("OK6")).toMatchObject({ status: 503, body: { code: "store_full" } });
  expect(await token()).toBe(200);
  expect(await orders.status(cancelled)).toBe(200);
  expect(await orders.cancel(cancelled)).toBe(200);
  expect((await orders.view(cancelled)).status).toBe("cancelled");
  // Accepted orders complete although Redis is full.
  for (const id of running) await orders.reaches(id, "completed");
  expect(await orders.post("OK6")).toMatchObject({ status: 503, body: { code: "store_full" } });
  await full.end();
  for (const id of [...running, ...waiting]) {
    expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
  }
  expect((await orders.view(cancelled)).status).toBe("cancelled");
  // The Order API asks Redis every second how much memory is used.
  await expect.poll(() => orders.post("OK67"), { timeout: 5000 }).toMatchObject({ status: 202 });
  await stack.untilReady();
  expect((await orders.workersAtWork()).size).toBe(2);
  expect(await orders.listed("OK6")).toEqual([]);
});

test("6 maxmemory nearly reached: orders get 503 store_full, accepted ones still have room", async () => {
  const memory = await stack.redis("INFO", "memory");
  const used = Number(memory.find((line) => line.startsWith("used_memory:"))?.slice("used_memory:".length));
  const id = await orders.place("MS1000");
  const nearlyFull = await stack.configureRedis("maxmemory", String(Math.ceil(used / 0.9)));
  const answer = () => orders.post("OK66");
  await expect.poll(answer, { timeout: 5000 }).toMatchObject({ status: 503, body: { code: "store_full" } });
  expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
  await nearlyFull.end();
  await expect.poll(answer, { timeout: 5000 }).toMatchObject({ status: 202 });
});
