import { connect } from "node:net";
import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";
import { metricsOf, sumOf } from "../harness/metrics.ts";
import { Orders } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);
const of = (part: string) => stack.clone.containers(part);

/** Numbers that change when orders run, by the part that has them. */
const changing: readonly [part: string, sample: string][] = [
  ["auth-api", 'orbital_http_request_duration_seconds_count{method="POST",route="/token",code="200"}'],
  ["order-api", 'orbital_http_request_duration_seconds_count{method="POST",route="/orders",code="202"}'],
  ["order-api", 'orbital_quota_used_ratio_count{quota="orders"}'],
  ["ocr-worker", "orbital_orders_ended_total"],
  ["ocr-worker", "orbital_page_duration_seconds_count"],
  ["ocr-worker", 'orbital_page_step_duration_seconds_sum{step="recognise"}'],
  ["ocr-worker", 'orbital_document_step_duration_seconds_count{step="fetch"}'],
  ["ocr-worker", "orbital_page_confidence_ratio_count"],
  ["ocr-worker", 'orbital_failed_attempts_total{reason="document_not_found"}'],
];

async function numbers(): Promise<number[]> {
  return Promise.all(changing.map(async ([part, sample]) => sumOf(stack, await of(part), sample)));
}

test("the metrics of every part change as orders run", async () => {
  const before = await numbers();
  await stack.customer.token();
  expect((await orders.ended(await orders.place("OK901"))).status).toBe("completed");
  expect((await orders.ended(await orders.place("ST404"))).reason?.code).toBe("document_not_found");
  // A worker counts an end after it is in Redis.
  await expect
    .poll(async () => {
      const after = await numbers();
      return changing.filter((_, index) => (after[index] ?? 0) <= (before[index] ?? 0));
    })
    .toEqual([]);
  const [router] = await of("router");
  if (!router) throw new Error("no router runs");
  const requests = [...(await metricsOf(stack, router))].filter(([name]) =>
    name.startsWith("caddy_http_request_duration_seconds_count{"),
  );
  expect(requests.map(([name]) => name).join("\n")).toContain('code="202"');
});

test("the Order API tells the state of the queue, of Redis and of the disks", async () => {
  const [api] = await of("order-api");
  if (!api) throw new Error("no Order API runs");
  const samples = await metricsOf(stack, api);
  const value = (name: string) => samples.get(`orbital_${name}`);
  expect(value("redis_up")).toBe(1);
  expect(value('queue_items{state="waiting"}')).toBeGreaterThanOrEqual(0);
  expect((value('workers{state="idle"}') ?? 0) + (value('workers{state="reading"}') ?? 0)).toBe(2);
  expect(value("redis_memory_max_bytes")).toBe(384 * 1024 * 1024);
  for (const disk of ["redis", "results"])
    expect(value(`disk_free_bytes{disk="${disk}"}`)).toBeGreaterThan(1e6);
  for (const part of ["auth-api", "router", "redis", "workers"])
    expect(value(`part_healthy{part="${part}"}`), part).toBe(1);
});

test("nobody outside reaches the metrics", async () => {
  for (const path of ["/metrics", "/order/metrics", "/authentication/metrics", "/order/%2e%2e/metrics"]) {
    expect((await fetch(`${stack.url}${path}`)).status, path).toBe(404);
  }
  const refused = await new Promise<string | undefined>((resolve) => {
    const socket = connect(9464, "127.0.0.1", () => resolve("connected"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  expect(refused).toBe("ECONNREFUSED");
});
