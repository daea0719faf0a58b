import { truncate } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { expect, test } from "vitest";
import { freePort } from "../../../tests/free-port.ts";
import { alice, folders, keyEnvironment, lease } from "../../../tests/order-api/order-api.ts";
import { pageOf, pictureOf } from "../../../tests/page-result.ts";
import { type OnTestFinished, startService } from "../../../tests/programs/service-process.ts";
import { redisUrlAs, startRedisContainer } from "../../../tests/redis/redis-container.ts";
import { orderServices, redisDatabase } from "../../../tests/redis/redis-database.ts";
import { accepted, claimed, claimedPage } from "../../../tests/redis/sample-order.ts";

const services = orderServices();
const { store, attempts } = services;
const { resultsFolder, searchFolder, uploadsFolder } = folders;
const start = (onTestFinished: OnTestFinished, env: Record<string, string>) =>
  startService(
    new URL("./main.ts", import.meta.url),
    {
      ...{ RESULTS_FOLDER: resultsFolder, SEARCH_FOLDER: searchFolder, UPLOADS_FOLDER: uploadsFolder },
      ...env,
    },
    onTestFinished,
  );

test.for([
  [{ ...keyEnvironment }, "REDIS_URL is not set"],
  [{ TOKEN_KEYS: "?", REDIS_URL: "redis://x" }, "TOKEN_KEYS is wrong"],
  [{ ...keyEnvironment, REDIS_URL: "redis://x", RESULT_DAYS: "0" }, "a whole number from 1 to 3650"],
  [{ ...keyEnvironment, REDIS_URL: "redis://x", ORDERS_PER_MINUTE: "x" }, "from 1 to 1000000"],
  [{ ...keyEnvironment, REDIS_URL: "redis://x", RESULTS_FOLDER: "results" }, "RESULTS_FOLDER is"],
  [{ ...keyEnvironment, REDIS_URL: "redis://x", SEARCH_FOLDER: "x" }, "SEARCH_FOLDER is"],
] as const)(
  "%# ends the process with one line that says why: %s",
  async ([env, message], { onTestFinished }) => {
    const { lines, exited } = start(onTestFinished, env);
    expect(await exited).toEqual([1, null]);
    expect(lines()).toEqual([
      expect.objectContaining({ level: "fatal", msg: expect.stringContaining(message) }),
    ]);
  },
);

async function startReady(onTestFinished: OnTestFinished, url: string, path: string) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const REDIS_URL = redisUrlAs("order-api", url);
  const service = start(onTestFinished, { ...keyEnvironment, REDIS_URL, PORT: String(port) });
  const status = () => fetch(`${address}${path}`).then((response) => response.status);
  await expect.poll(() => status().catch(() => 0), { timeout: 60_000 }).toBe(200);
  return { ...service, address };
}

test("SIGTERM ends open streams and exits 0", async ({ onTestFinished }) => {
  const { child, exited, lines, address } = await startReady(onTestFinished, redisDatabase(), "/readyz");
  const headers = { Authorization: `Bearer ${alice}` };
  const ordered = await fetch(`${address}/orders`, {
    method: "POST",
    headers,
    body: new URLSearchParams(lease),
  });
  expect(ordered.status).toBe(202);
  const stream = await fetch(`${address}${ordered.headers.get("Location")}/events`, { headers });
  expect(stream.status).toBe(200);
  const text = stream.text();
  child.kill("SIGTERM");
  expect(await text).toContain("event: status\n");
  expect(await exited).toEqual([0, null]);
  expect(lines().map((line) => line.msg)).toContain("stopped");
});

/** Makes a completed order of alice with this number of identical pages. */
async function completedOrder(pages: number) {
  const results = openResultStore({ folder: resultsFolder });
  const order = await claimed(services, (await accepted(store, { user_id: 1 })).order_id);
  await attempts.recognizing(order, pages);
  const picture = await pictureOf(pageOf(1));
  for (let page = 1; page <= pages; page++) {
    await results.savePage(order, pageOf(page, [[["word"]]]), picture);
    await attempts.endPage(await claimedPage(services, order.order_id), "read");
  }
  return { order, path: `/orders/${order.order_id}/result` };
}

test("SIGTERM ends downloads that nobody reads, and exits 0", async ({ onTestFinished }) => {
  const { child, exited, lines, address } = await startReady(onTestFinished, redisDatabase(), "/readyz");
  const { order, path } = await completedOrder(2);
  // More than the buffers between service and client can hold.
  await truncate(join(resultsFolder, order.order_id, "1", "pages", "1.png"), 64 * 1024 * 1024);
  const headers = { Authorization: `Bearer ${alice}` };
  const image = await fetch(`${address}${path}/pages/1.png`, { headers });
  expect(image.status).toBe(200);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(lines()).toContainEqual(
    expect.objectContaining({ level: "warn", msg: expect.stringContaining("take too long") }),
  );
  await expect(image.arrayBuffer()).rejects.toThrow();
});

test("SIGTERM in the middle of a long PDF exits 0", async ({ onTestFinished }) => {
  const { child, exited, address } = await startReady(onTestFinished, redisDatabase(), "/readyz");
  const { path } = await completedOrder(300);
  const pdf = await fetch(`${address}${path}.pdf`, { headers: { Authorization: `Bearer ${alice}` } });
  expect(pdf.status).toBe(200);
  const taken = Promise.allSettled([pdf.arrayBuffer()]);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  await taken;
});

test("SIGTERM exits 0 while Redis is away too", async ({ onTestFinished }) => {
  const { child, exited, address } = await startReady(onTestFinished, "redis://127.0.0.1:1", "/livez");
  const headers = { Authorization: `Bearer ${alice}` };
  const ordered = await fetch(`${address}/orders`, {
    method: "POST",
    headers,
    body: new URLSearchParams(lease),
  });
  expect(ordered.status).toBe(503);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

/**
 * Starts a Redis for one test, which may pause it, and a service that uses it. These tests mostly wait, so
 * they run at the same time.
 */
async function startWithRedis(onTestFinished: OnTestFinished) {
  const container = await startRedisContainer();
  onTestFinished(() => container.remove());
  const service = await startReady(onTestFinished, container.url, "/readyz");
  const order = (headers: Record<string, string> = {}) =>
    fetch(`${service.address}/orders`, {
      method: "POST",
      headers: { Authorization: `Bearer ${alice}`, ...headers },
      body: new URLSearchParams(lease),
    });
  return { ...service, container, order };
}

test.concurrent("SIGTERM exits 0 while Redis hangs with unanswered commands", {
  timeout: 120_000,
}, async ({ onTestFinished }) => {
  const { child, exited, lines, container, order } = await startWithRedis(onTestFinished);
  await container.pause();
  // By the time of the 503 all parts have commands waiting for Redis. An order with a key is not revoked.
  expect((await order({ "Idempotency-Key": "hangs" })).status).toBe(503);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(lines().map((line) => line.msg)).toContain("stopped");
});

test.concurrent("SIGTERM waits while Redis hangs, to revoke an order that was answered 503", {
  timeout: 120_000,
}, async ({ onTestFinished }) => {
  const { child, exited, lines, container, order } = await startWithRedis(onTestFinished);
  await container.pause();
  expect((await order()).status).toBe(503);
  child.kill("SIGTERM");
  await pause(3500);
  await container.unpause();
  expect(await exited).toEqual([0, null]);
  expect(lines().map((line) => line.msg)).not.toContain("stopped before these orders were revoked");
});

test.concurrent("SIGTERM logs the orders that could not be revoked because Redis did not come back", {
  timeout: 120_000,
}, async ({ onTestFinished }) => {
  const { child, exited, lines, container, order } = await startWithRedis(onTestFinished);
  await container.pause();
  expect((await order()).status).toBe(503);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      msg: "stopped before these orders were revoked",
      order_ids: [expect.any(String)],
    }),
  );
});

test.concurrent("log lines about a connection contain its name", { timeout: 120_000 }, async ({
  onTestFinished,
}) => {
  const { lines } = await startReady(onTestFinished, "redis://127.0.0.1:1", "/livez");
  await expect
    .poll(lines, { timeout: 30_000 })
    .toContainEqual(expect.objectContaining({ connection: "messages" }));
});

test("a method that the Request class does not know is 405", async ({ onTestFinished }) => {
  const { address } = await startReady(onTestFinished, "redis://127.0.0.1:1", "/livez");
  const { port } = new URL(address);
  const answer = await raw(Number(port), "TRACE /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1.1 405 /);
});

async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  return text(socket);
}
