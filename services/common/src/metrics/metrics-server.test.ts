import type { AddressInfo, Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { Metrics } from "./metrics.ts";
import { serveMetrics } from "./metrics-server.ts";
import { addProcessMetrics } from "./process-metrics.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function started(metrics = new Metrics()) {
  const lines: string[] = [];
  const log = createLog("test", "error", { write: (line) => lines.push(line) });
  const server = await serveMetrics(metrics, 0, log);
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { get, lines };
}

test("the answer is in Prometheus's text format", async () => {
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const { get } = await started(metrics);
  const answer = await get("/metrics");
  expect(answer.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  expect(text).toMatch(/^# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total \d+\.\d+$/m);
  const resident = /^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1];
  expect(Number(resident)).toBeGreaterThan(20e6);
  const since = /^process_start_time_seconds (\S+)$/m.exec(text)?.[1];
  expect(Math.abs(Number(since) - Date.now() / 1000)).toBeLessThan(86_400);
});

test.each([
  ["/", "GET"],
  ["/metrics/", "GET"],
  ["/metrics", "POST"],
])("%s by %s is not found", async (path, method) => {
  const { get } = await started();
  expect((await get(path, { method })).status).toBe(404);
});

test("what is set before each answer is current", async () => {
  const metrics = new Metrics();
  const gauge = metrics.gauge({ name: "scrapes", help: "Answers so far" });
  metrics.beforeAnswer(async () => gauge.inc());
  const { get } = await started(metrics);
  for (const count of [1, 2]) {
    expect(await (await get("/metrics")).text()).toContain(`\norbital_scrapes ${count}\n`);
  }
});

test("an error while the metrics are read is logged, and does not end the service", async () => {
  const metrics = new Metrics();
  metrics.beforeAnswer(() => Promise.reject(new Error("no number")));
  const { get, lines } = await started(metrics);
  expect((await get("/metrics")).status).toBe(500);
  expect(lines.join("")).toContain("no number");
});
