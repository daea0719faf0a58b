import { beforeAll, beforeEach, expect, test } from "vitest";
import type { ReceivedSpan } from "../../../../tests/programs/tracing/received-span.ts";
import { buildReceiver, missing, startReceiver } from "../../../../tests/programs/tracing/span-receiver.ts";
import { type Answer, startTracedServices } from "../../../../tests/programs/tracing/traced-services.ts";
import { found, slowDocument } from "../../../../tests/redis/order-workers.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";

/** The services send their spans to the receiver of the OpenTelemetry collector. */

const { redis } = orderServices();
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const otherId = "0af7651916cd43dd8448eb211c80319c";
const callerId = "00f067aa0ba902b7";
const otherParent = `00-${otherId}-${callerId}-01`;
const soon = { timeout: 15_000 };
const damaged: Answer = { status: 200, body: Buffer.from("%PDF-1.7\nnothing else") };

beforeAll(async () => {
  if (missing === undefined) await buildReceiver();
}, 600_000);
beforeEach(async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  await redis.flushDb();
});

type Received = { readonly spans: readonly ReceivedSpan[] };

/** The spans of an order, by their start, once they have all these names. */
async function spansOf({ spans }: Received, orderId: string, names: readonly string[]) {
  const own = () => spans.filter(({ attributes }) => attributes["order.id"] === orderId);
  const seen = () => own().map(({ name }) => name);
  await expect.poll(() => seen().sort(), soon).toEqual([...names].sort());
  return own().sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

test("an order can be followed from the login to the download, in its caller's trace", async () => {
  const receiver = await startReceiver();
  const services = await startTracedServices(redisDatabase(), receiver.endpoint, () => found);
  const worker = await services.startWorker("worker-1");
  // The caller does not record its trace. The stack decides that itself.
  const customer = await services.customer({ traceparent: `00-${traceId}-${callerId}-00` });
  const id = await customer.order();
  expect(await customer.ended(id)).toBe("completed");
  await (await customer.request(`/orders/${id}/result.txt`)).text();

  const work = ["wait", "claim", "fetch", "prepare", "page", "store"];
  const spans = await spansOf(receiver, id, ["order", ...work, "download"]);
  const [login] = named(receiver.spans, "login");
  const [order] = named(spans, "order");
  expect(login).toMatchObject({ service: "auth-api", attributes: { "http.response.status_code": 200 } });
  expect(order).toMatchObject({ service: "order-api", attributes: { "http.response.status_code": 202 } });
  for (const span of [login, ...spans]) {
    const isOfCaller = ["login", "order", "download"].includes(span?.name ?? "");
    const parentSpanId = isOfCaller ? callerId : order?.spanId;
    expect(span, span?.name).toMatchObject({ traceId, parentSpanId, failed: false, links: [] });
    if (isOfCaller) continue;
    const attributes = { "order.attempt": 1, "document.type": "lease", worker: "worker-1" };
    expect(span).toMatchObject({ service: "ocr-worker", instance: "worker-1", attributes });
  }
  const read = { "page.number": 1, "page.empty": false, "page.recognise_ms": expect.any(Number) };
  expect(named(spans, "page")[0]?.attributes).toMatchObject(read);
  // Each begins when the one before has ended. The clock of Redis rounds down.
  const times = spans.filter(({ name }) => work.includes(name));
  expect(times.map(({ name }) => name)).toEqual(work);
  for (const [index, { name, startMs, endMs }] of times.entries()) {
    expect(endMs, name).toBeGreaterThanOrEqual(startMs);
    const before = times[index - 1];
    if (before) expect(startMs, name).toBeGreaterThanOrEqual(Math.floor(before.endMs));
  }

  const ids = (line: Record<string, unknown>) => [line.msg, line.trace_id, line.span_id];
  expect(services.orderApi.lines().map(ids)).toContainEqual(["order accepted", traceId, order?.spanId]);
  const prepare = named(spans, "prepare")[0]?.spanId;
  expect(worker.lines().map(ids)).toContainEqual(["document fetched", traceId, prepare]);
  expect(worker.lines().map(ids)).toContainEqual(["order completed", traceId, order?.spanId]);
  const fetch = named(spans, "fetch")[0]?.spanId;
  expect(services.fetched).toMatchObject([{ traceparent: `00-${traceId}-${fetch}-01` }]);

  // Without a caller's trace a download belongs to the order's. With another one it links to the order.
  const [nobody, other] = [await services.customer(), await services.customer({ traceparent: otherParent })];
  await (await nobody.request(`/orders/${id}/result/pages/1.png`)).arrayBuffer();
  await (await other.request(`/orders/${id}/result.pdf`)).arrayBuffer();
  const download = (format: string) =>
    receiver.spans.find(
      ({ name, attributes }) => name === "download" && attributes["document.format"] === format,
    );
  await expect.poll(() => [download("png"), download("pdf")], soon).not.toContain(undefined);
  expect(download("png")).toMatchObject({ traceId, parentSpanId: order?.spanId, links: [] });
  expect(download("pdf")).toMatchObject({
    ...{ traceId: otherId, parentSpanId: callerId, links: [{ traceId, spanId: order?.spanId }] },
  });
  const text = JSON.stringify(receiver.spans);
  for (const secret of ["OW12345678", "password", "alice", "Bearer"]) expect(text).not.toContain(secret);
});

test("what a killed worker leaves, another attempt and a retry continue the trace", async () => {
  const receiver = await startReceiver();
  // Spans are sent after two seconds. The worker is then in the middle of the document.
  const documentPages = 10;
  let answer = { status: 200, body: await slowDocument(documentPages) } as Answer;
  const services = await startTracedServices(redisDatabase(), receiver.endpoint, () => answer);
  const customer = await services.customer();
  const first = await services.startWorker("worker-1");
  const id = await customer.order();
  const pageSpans = () => receiver.spans.filter(({ name }) => name === "page");
  await expect.poll(() => pageSpans().length, { timeout: 30_000, interval: 50 }).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await first.exited;
  await services.startWorker("worker-1");
  expect(await customer.ended(id)).toBe("completed");
  const spans = () => receiver.spans.filter(({ attributes }) => attributes["order.id"] === id);
  const pages = () => new Set(named(spans(), "page").map(({ attributes }) => attributes["page.number"]));
  const all = Array.from({ length: documentPages }, (_, index) => index + 1);
  await expect.poll(() => [...pages()].sort((a, b) => Number(a) - Number(b)), soon).toEqual(all);
  await expect
    .poll(() => named(spans(), "takeover"), soon)
    .toMatchObject([
      { failed: true, attributes: { "error.type": "worker_lost", "page.number": expect.any(Number) } },
    ]);
  const [order] = named(spans(), "order");
  for (const { name, traceId, parentSpanId } of spans())
    expect([traceId, parentSpanId]).toEqual([order?.traceId, name === "order" ? "" : order?.spanId]);

  answer = damaged;
  const retried = await customer.order();
  expect(await customer.ended(retried)).toBe("failed");
  const firstRun = ["order", "wait", "claim", "fetch", "prepare", "store"];
  const failed = await spansOf(receiver, retried, firstRun);
  expect(named(failed, "prepare")).toMatchObject([
    { failed: true, attributes: { "error.type": "document_damaged" } },
  ]);
  answer = found;
  expect((await customer.request(`/orders/${retried}/retry`, { method: "POST" })).status).toBe(202);
  expect(await customer.ended(retried)).toBe("completed");
  const secondRun = ["wait", "claim", "fetch", "prepare", "page", "store"];
  const both = await spansOf(receiver, retried, [...firstRun, ...secondRun]);
  expect(new Set(both.map((span) => span.traceId)).size).toBe(1);
  expect(named(both, "wait").map(({ attributes }) => attributes["order.run"])).toEqual([1, 2]);
  expect(named(both, "page")).toMatchObject([{ attributes: { "order.run": 2, "order.attempt": 2 } }]);
});

test("orders run while the receiver is away, and a stopping worker sends its last spans", async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  const services = await startTracedServices(redisDatabase(), receiver.endpoint, () => found);
  const worker = await services.startWorker("worker-1");
  const customer = await services.customer();
  const said = (msg: string) => worker.lines().filter((line) => line.msg === msg);
  for (let count = 0; count < 3; count++)
    expect(await customer.ended(await customer.order())).toBe("completed");
  await expect.poll(() => said("sending spans fails").length, { timeout: 30_000 }).toBe(1);
  expect(await customer.ended(await customer.order())).toBe("completed");
  await receiver.start();
  await expect.poll(() => said("sending spans works again").length, { timeout: 30_000 }).toBe(1);
  const last = await customer.order();
  expect(await customer.ended(last)).toBe("completed");
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toEqual([0, null]);
  await spansOf(receiver, last, ["order", "wait", "claim", "fetch", "prepare", "page", "store"]);
  expect(said("sending spans fails")).toHaveLength(1);
  expect(said("sending spans fails")[0]).not.toHaveProperty("trace_id");
});

test("without an endpoint nothing is recorded", async () => {
  const services = await startTracedServices(redisDatabase(), undefined, () => found);
  const worker = await services.startWorker("worker-1");
  const customer = await services.customer({ traceparent: `00-${traceId}-${callerId}-01` });
  const id = await customer.order();
  expect(await customer.ended(id)).toBe("completed");
  const lines = JSON.stringify([...services.orderApi.lines(), ...worker.lines()]);
  expect(lines).not.toContain("trace_id");
  expect(JSON.stringify(services.fetched)).not.toContain(traceId);
});
