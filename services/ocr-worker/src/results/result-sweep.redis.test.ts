import { mkdtempSync } from "node:fs";
import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { recordKey, sweeperKey, userOrdersKey } from "@orbital-witness/common/orders/order-keys.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { pageOf, pictureOf } from "../../../../tests/page-result.ts";
import { orderServices, silentLog } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed, sampleOrder } from "../../../../tests/redis/sample-order.ts";
import { ResultSweep, sweepOrder } from "./result-sweep.ts";
import { sweepUploads } from "./upload-sweep.ts";

const services = orderServices();
const { redis, store, expiry, attempts, archive, results, folder } = services;
const reason = { code: "page_damaged", message: "broken" };
const uploads = new UploadStore(mkdtempSync(path.join(tmpdir(), "orbital-witness-uploads-")));
afterAll(() => rm(uploads.folder, { recursive: true }));

const page = pageOf(1);
const picture = await pictureOf(page);
const sweeps: ResultSweep[] = [];
afterEach(async () => {
  await Promise.all(sweeps.splice(0).map((started) => started.close()));
  await redis.del(sweeperKey);
});

/** Starts a sweep as the worker `name`. */
function sweep(name = "worker-1"): ResultSweep {
  const started = new ResultSweep({ name, results, store: expiry, attempts, uploads }, silentLog);
  sweeps.push(started);
  return started;
}

async function swept(orderId: string): Promise<number> {
  const [end] = await store.held.ends([orderId]);
  return sweepOrder({ results, store }, orderId, end);
}

type Ref = Pick<OrderRecord, "order_id" | "attempt">;

async function save(ref: Ref): Promise<void> {
  await results.save(ref, "document", Buffer.from("a document"));
  await results.savePage(ref, page, picture);
}

const then = (minutes: number) => Date.now() / 1000 - minutes * 60;

async function age(orderId: string, minutes: number): Promise<void> {
  await utimes(path.join(folder, orderId), then(minutes), then(minutes));
}

/** Whether the attempt's document and its page exist. */
const files = async (ref: Ref) => [
  (await results.file(ref, "document")) !== undefined,
  (await results.page(ref, 1)) !== undefined,
];

/** An order with files of its first attempt, which was lost, and of its second. */
async function secondAttempt() {
  const { order_id } = await accepted(store);
  await attempts.release(await claimed(services, order_id), "handed_back");
  const order = await claimed(services, order_id);
  const first = { order_id, attempt: 1 };
  for (const ref of [first, order]) await save(ref);
  return { first, order };
}

test("only the result of a completed order is kept", async () => {
  const { first, order } = await secondAttempt();
  await attempts.complete(order);
  expect(await swept(order.order_id)).toBe(1);
  expect(await files(first)).toEqual([false, false]);
  expect(await files(order)).toEqual([true, true]);
  expect(await swept(order.order_id)).toBe(0);
});

test.each([
  ["failed", (order: OrderRecord) => attempts.fail(order, reason)],
  ["cancelled", ({ order_id }: OrderRecord) => store.cancel(order_id)],
])("all files of an order that %s are removed", async (_name, end) => {
  const { first, order } = await secondAttempt();
  await end(order);
  expect(await swept(order.order_id)).toBe(2);
  for (const ref of [first, order]) expect(await files(ref)).toEqual([false, false]);
});

test("a running or waiting order keeps its files, however old", async () => {
  const { first, order } = await secondAttempt();
  await age(order.order_id, 1000);
  expect(await swept(order.order_id)).toBe(0);
  await attempts.release(order, "handed_back");
  expect(await swept(order.order_id)).toBe(0);
  for (const ref of [first, order]) expect(await files(ref)).toEqual([true, true]);
});

test("an order that is retried during the sweep keeps the files of its new attempt", async () => {
  const { order } = await secondAttempt();
  await attempts.fail(order, reason);
  const retried = { ...order, attempt: 3 };
  await save(retried);
  expect(await swept(order.order_id)).toBe(2);
  expect(await files(order)).toEqual([false, false]);
  expect(await files(retried)).toEqual([true, true]);
});

test("an archived order keeps its result until it expires, and is then forgotten", async () => {
  const { first, order } = await secondAttempt();
  const { order_id, user_id } = order;
  await attempts.complete(order);
  await archive.archive(order_id);
  // A worker that lost the order writes late.
  await save(first);
  expect(await swept(order_id)).toBe(1);
  expect(await files(first)).toEqual([false, false]);
  expect(await files(order)).toEqual([true, true]);
  const kept = (minutes: number) => utimes(path.join(folder, order_id, "order-1.json"), 0, then(minutes));
  await save(first);
  await kept(61);
  // By then no worker writes any more, so that the order need not be read again.
  const longer = new OrderStore(redis, results, 24 * 3600);
  expect(await sweepOrder({ results, store: longer }, order_id, undefined)).toBe(0);
  const shorter = new OrderStore(redis, results, 0);
  expect(await sweepOrder({ results, store: shorter }, order_id, undefined)).toBe(1);
  expect(await results.orders()).not.toContain(order_id);
  expect(await redis.zScore(userOrdersKey(user_id), order_id)).toBeNull();
});

test("the files of an unknown order are removed an hour after its last attempt began", async () => {
  const ref = { order_id: sampleOrder().order_id, attempt: 1 };
  await save(ref);
  await age(ref.order_id, 59);
  expect(await swept(ref.order_id)).toBe(0);
  expect(await files(ref)).toEqual([true, true]);
  await age(ref.order_id, 61);
  expect(await swept(ref.order_id)).toBe(1);
  expect(await results.orders()).not.toContain(ref.order_id);
  expect(await swept(ref.order_id)).toBe(0);
});

test("the sweep checks all orders when it starts, and ignores other files in the folder", async () => {
  const { first, order } = await secondAttempt();
  await attempts.complete(order);
  const foreign = { order_id: "lost+found", attempt: 1 };
  await save(foreign);
  await age(foreign.order_id, 1000);
  sweep();
  await expect.poll(() => files(first)).toEqual([false, false]);
  sweep();
  await Promise.all(sweeps.map((started) => started.close()));
  expect(await files(order)).toEqual([true, true]);
  expect(await files(foreign)).toEqual([true, true]);
});

test("the sweep removes expired orders from the lists of users, even if files cannot be swept", async () => {
  const { user_id, order_id } = await accepted(store);
  const { order_id: kept } = await accepted(store, { user_id });
  await redis.del(recordKey(order_id));
  const unreadable = vi.spyOn(results, "orders").mockRejectedValue(new Error("the folder is gone"));
  sweep();
  await expect.poll(() => redis.zRange(userOrdersKey(user_id), 0, -1)).toEqual([kept]);
  unreadable.mockRestore();
});

test("an order that cannot be swept does not keep the others from being swept", async () => {
  const ended: Ref[] = [];
  for (let count = 0; count < 4; count++) {
    const strange = await secondAttempt();
    await redis.hSet(recordKey(strange.order.order_id), "status", "of another version");
    const { first, order } = await secondAttempt();
    await attempts.complete(order);
    ended.push(first);
  }
  sweep();
  const left = () => Promise.all(ended.map(files));
  await expect.poll(left).toEqual(ended.map(() => [false, false]));
});

test("only one worker sweeps, and it looks up many orders in one call", async () => {
  const files = Array.from({ length: 40 }, () => ({ order_id: sampleOrder().order_id, attempt: 1 }));
  for (const ref of files) await results.save(ref, "document", Buffer.from("a document"));
  for (const { order_id } of files) await age(order_id, 61);
  const lookUps = vi.spyOn(expiry.held, "ends");
  for (const name of ["worker-1", "worker-2", "worker-3"]) sweep(name);
  const left = async () =>
    (await results.orders()).filter((id) => files.some(({ order_id }) => order_id === id));
  await expect.poll(left).toEqual([]);
  expect(lookUps).toHaveBeenCalledTimes(1);
});

test("another worker takes over when the sweeping worker has not swept for a while", async () => {
  expect(await attempts.maySweep("worker-1", 200)).toBe(true);
  expect(await attempts.maySweep("worker-2", 200)).toBe(false);
  expect(await attempts.maySweep("worker-1", 200)).toBe(true);
  await expect.poll(() => attempts.maySweep("worker-2", 200)).toBe(true);
  expect(await attempts.maySweep("worker-1", 200)).toBe(false);
});

test("uploaded documents are kept while their order may need them, and removed afterwards", async () => {
  const { store } = services;
  const running = await accepted(store);
  const failed = await accepted(store);
  await attempts.fail(await claimed(services, failed.order_id), reason);
  const completed = await accepted(store);
  await attempts.complete(await claimed(services, completed.order_id));
  const cancelled = await accepted(store);
  await store.cancel(cancelled.order_id);
  const archived = await accepted(store);
  await attempts.fail(await claimed(services, archived.order_id), reason);
  await archive.archive(archived.order_id);
  const unknown = sampleOrder();
  const part = `${sampleOrder().order_id}.part`;
  const orders = [running, failed, completed, cancelled, archived, unknown].map(({ order_id }) => order_id);
  for (const name of [...orders, part, "not-ours"]) await writeFile(path.join(uploads.folder, name), "x");
  const kept = { uploads, store: expiry };
  expect(await sweepUploads(kept)).toBe(0);
  const minute = 60_000;
  expect(await sweepUploads(kept, Date.now() + 11 * minute)).toBe(1);
  expect(await readdir(uploads.folder)).not.toContain(part);
  expect(await sweepUploads(kept, Date.now() + 61 * minute)).toBe(3);
  const left = [...[running, failed, archived].map(({ order_id }) => order_id), "not-ours"];
  expect((await readdir(uploads.folder)).sort()).toEqual(left.sort());
  // The order expires, or was retried meanwhile.
  const short = { uploads, store: new OrderStore(services.ofWorker, results, 0) };
  await store.retry(archived.order_id);
  expect(await sweepUploads(short, Date.now() + 61 * minute)).toBe(0);
});

test("a document is removed when its order is archived, unless the order failed", async () => {
  const withUploads = new OrderArchive(services.ofWorker, expiry, results, uploads);
  const completed = await accepted(store);
  const failed = await accepted(store);
  for (const { order_id } of [completed, failed]) await writeFile(path.join(uploads.folder, order_id), "x");
  await attempts.complete(await claimed(services, completed.order_id));
  await attempts.fail(await claimed(services, failed.order_id), reason);
  for (const { order_id } of [completed, failed])
    expect(await withUploads.archive(order_id)).toBe("archived");
  expect(await uploads.document(completed.order_id)).toBeUndefined();
  expect(await uploads.document(failed.order_id)).toEqual(Buffer.from("x"));
});
