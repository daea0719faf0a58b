import { readFile } from "node:fs/promises";
import { leasesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { found, heldAnswer, openOrderWorkers } from "../../../../tests/redis/order-workers.ts";
import { leaseText } from "../../../../tests/scan.ts";

/** A page that takes one or two seconds to read. */
const register = await readFile(
  new URL("../../../../samples/scans/OW12345678/register.png", import.meta.url),
);

const workers = await openOrderWorkers();

test("orders end with text or with a reason, in the same process, and leave no job", async () => {
  workers.answers.charge = () => ({ status: 200, body: "<html>Not found</html>" });
  workers.answers.transfer = () => ({ status: 200, body: "" });
  workers.answers.conveyance = () => ({
    status: 200,
    body: (found.body as Buffer).fill(0, 60, 61).subarray(0, 200),
  });
  workers.startWorker();
  const good = await workers.order("lease");
  const bad = {
    deed: "document_not_found",
    charge: "unsupported_format",
    transfer: "document_empty",
    conveyance: "document_damaged",
  } as const;
  for (const [type, code] of Object.entries(bad)) {
    const id = await workers.order(type as keyof typeof bad);
    expect(await workers.ended(id)).toMatchObject({
      status: "failed",
      reason_code: code,
      attempts: [`ocr-worker-1 failed ${code}`],
    });
  }
  const again = await workers.order("lease");
  for (const id of [good, again]) {
    expect(await workers.ended(id)).toMatchObject({
      text: leaseText,
      history: ["queued", "fetching", "recognizing", "completed"],
      attempts: ["ocr-worker-1 completed"],
    });
  }
  expect(workers.requestIds).toEqual(new Set(["from-the-router"]));
  await workers.queueIsEmpty();
});

test("cancelling stops the fetch of an order's document, and the worker takes the next order", async () => {
  workers.answers.deed = heldAnswer().answer;
  workers.startWorker();
  const id = await workers.order("deed");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  expect(await workers.store.cancel(id)).toBe("cancelled");
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ status: "completed" });
  expect(await workers.summary(id)).toMatchObject({
    status: "cancelled",
    attempts: ["ocr-worker-1 cancelled"],
  });
  await workers.queueIsEmpty();
});

test("cancelling stops an order in the middle of its page", async () => {
  workers.answers.register = () => ({ status: 200, body: register });
  workers.startWorker();
  const id = await workers.order("register");
  await expect.poll(() => workers.status(id), { interval: 10, timeout: 30_000 }).toBe("recognizing");
  expect(await workers.store.cancel(id)).toBe("cancelled");
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ text: leaseText });
  expect(await workers.summary(id)).toMatchObject({
    history: ["queued", "fetching", "recognizing", "cancelled"],
    attempts: ["ocr-worker-1 cancelled"],
  });
  expect(await workers.results.page({ order_id: id, attempt: 1 }, 1)).toBeUndefined();
});

test("the lease is renewed in the middle of a page", async () => {
  const { width, height } = await sharp(register).metadata();
  const tile = { input: register, tile: true };
  const create = { width: 3 * width, height: 3 * height, channels: 3 as const, background: "white" };
  const body = await sharp({ create }).composite([tile]).png().toBuffer();
  workers.answers.register = () => ({ status: 200, body });
  workers.startWorker();
  const id = await workers.order("register");
  await expect.poll(() => workers.status(id), { timeout: 30_000 }).toBe("recognizing");
  const end = async () => Number(await workers.redis.zScore(leasesKey, `${id}.1.1`));
  const first = await end();
  await expect.poll(end, { timeout: 15_000 }).toBeGreaterThan(first);
  expect(await workers.status(id)).toBe("recognizing");
  await workers.store.cancel(id);
});

test("revoking stops an order and leaves nothing of it", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.deed = answer;
  workers.startWorker();
  const id = await workers.order("deed");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  await workers.store.revoke({ order_id: id, user_id: 1 });
  give();
  await workers.ended(await workers.order("lease"));
  expect(await workers.redis.keys(`order:${id}*`)).toEqual([]);
});

test("a worker that stops finishes its current order and takes no other", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.deed = answer;
  const worker = workers.startWorker();
  const ids = [await workers.order("deed"), await workers.order("lease"), await workers.order("lease")];
  await expect.poll(() => workers.status(ids[0] ?? "")).toBe("fetching");
  const closing = worker.close();
  give();
  await closing;
  expect(await Promise.all(ids.map(workers.status))).toEqual(["completed", "queued", "queued"]);
  await expect(worker.consuming()).rejects.toThrow("takes no orders");
  expect(await workers.redis.zRange("orders:workers", 0, -1)).toEqual([]);
});

test("an order that reaches a worker during its shutdown is left to the others", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.deed = answer;
  const id = await workers.order("deed");
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const next = vi.spyOn(OrderQueue.prototype, "next");
  next.mockImplementationOnce(async function (this: OrderQueue, name) {
    const found = await this.next(name);
    resolve(worker.close());
    return found;
  });
  const worker = workers.startWorker("stopping", { finishMs: 100 });
  await closed;
  next.mockRestore();
  expect(await workers.summary(id)).toMatchObject({ status: "queued", attempts: [] });
  give();
  workers.startWorker("next");
  expect(await workers.ended(id)).toMatchObject({ text: leaseText, attempts: ["next completed"] });
});

test("a worker that stops hands back an order in the middle of its page", async () => {
  workers.answers.register = () => ({ status: 200, body: register });
  const worker = workers.startWorker("stopping", { finishMs: 0 });
  const id = await workers.order("register");
  await expect.poll(() => workers.status(id), { interval: 10, timeout: 30_000 }).toBe("recognizing");
  await worker.close();
  expect(await workers.summary(id)).toMatchObject({ failures: 0, attempts: ["stopping handed_back"] });
});

test("a worker that stops hands back a slow order, and another takes it at once", async () => {
  workers.answers.deed = heldAnswer().answer;
  const worker = workers.startWorker("first", { finishMs: 100 });
  const id = await workers.order("deed");
  const next = await workers.order("lease");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  await worker.close();
  expect(await workers.summary(id)).toMatchObject({
    status: "queued",
    failures: 0,
    attempts: ["first handed_back"],
  });
  workers.answers.deed = () => found;
  workers.startWorker("second");
  await workers.ended(next);
  // The order kept its place before the other one.
  expect(await workers.summary(id)).toMatchObject({ attempts: ["first handed_back", "second completed"] });
});

test("a worker reports its presence while it takes orders", async () => {
  const worker = workers.startWorker("here");
  const there = () => workers.redis.zRange("orders:workers", 0, -1);
  await expect.poll(there, { timeout: 30_000 }).toEqual(["here"]);
  // Redis knows it a moment before the answer reaches the worker.
  await vi.waitFor(() => worker.consuming(), 15_000);
  await worker.close();
  expect(await there()).toEqual([]);
});
