import { expect, it } from "vitest";
import { sourceOf } from "./container-state.ts";
import { parseLine } from "./log-line.ts";

const at = Date.parse("2026-11-27T15:55:11.858Z");
const id = "0185c173-9931-4d6d-8e57-18fdb770f3f0";
const read = (said: string, source = "order-api") =>
  parseLine(source, `2026-11-27T15:55:11.858123456Z ${said}`);

it("reads a step of an order", () => {
  const said = { level: "info", time: "t", service: "order-api", request_id: "r", order_id: id, run: 1 };
  expect(read(JSON.stringify({ ...said, msg: "order accepted" }))).toEqual({
    ...{ at, source: "order-api", level: "info", text: "order accepted", details: { run: 1 } },
    ...{ orderIds: [id], requestId: "r", isRead: false },
  });
});

it("knows the trace of a line, and shows its ids nowhere else", () => {
  const ids = { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", span_id: "00f067aa0ba902b7" };
  const line = read(JSON.stringify({ level: "info", ...ids, msg: "page read", characters: 9 }));
  expect(line).toMatchObject({ traceId: ids.trace_id, details: { characters: 9 } });
  expect(line.details).not.toHaveProperty("span_id");
});

it("reads a service's request, and of an error only its message", () => {
  const request = { method: "DELETE", path: `/orders/${id}`, status: 409, ms: 3, msg: "request" };
  expect(read(JSON.stringify({ level: "warn", request_id: "r", ...request }))).toMatchObject({
    ...{ level: "warn", text: `DELETE /orders/${id} → 409 in 3 ms`, details: {}, orderIds: [id] },
  });
  const err = { type: "Error", message: "The client is offline", stack: "Error: …" };
  expect(read(JSON.stringify({ level: "error", err, msg: "failed" })).details).toEqual({
    err: "The client is offline",
  });
});

it("reads the router's access log, with the order that a request made", () => {
  const request = { method: "POST", uri: "/orders", remote_ip: "192.0.2.1" };
  const resp_headers = { "X-Request-Id": ["r"], Location: [`/orders/${id}`] };
  const line = JSON.stringify({ level: "info", request, status: 202, duration: 0.0227, resp_headers });
  expect(read(line, "router")).toMatchObject({
    ...{ text: "POST /orders → 202 in 23 ms", orderIds: [id], requestId: "r", isRead: false },
  });
});

it("counts the router's own health checks as debug output", () => {
  const line = (remote_ip: string) =>
    JSON.stringify({ level: "info", request: { method: "GET", uri: "/health", remote_ip }, status: 200 });
  expect(read(line("127.0.0.1")).level).toBe("debug");
  expect(read(line("192.0.2.1")).level).toBe("info");
});

it.each([
  ["6:M 27 Nov 2026 15:53:43.336 * Ready to accept connections", "info", "Ready to accept connections"],
  ["6:M 27 Nov 2026 15:53:43.336 # Out of memory", "warn", "Out of memory"],
  ["{ not JSON", "info", "{ not JSON"],
  ["[1, 2]", "info", "[1, 2]"],
  ["", "info", ""],
])("reads the text %s", (said, level, text) => {
  expect(read(said, "redis")).toMatchObject({ level, text, orderIds: [] });
});

it("shows a message of Docker itself as a warning of now", () => {
  const line = parseLine("router", "Error response from daemon: No such container: abc");
  expect(line).toMatchObject({ level: "warn", text: "Error response from daemon: No such container: abc" });
  expect(Math.abs(line.at - Date.now())).toBeLessThan(1000);
});

it.each([
  ["ocr-worker", "orbital-witness-local-ocr-worker-2-dcf91d", "ocr-worker-2"],
  ["order-api", "orbital-witness-local-order-api-810f85a", "order-api"],
  ["redis", "orbital-witness-local-redis-080aa9f", "redis"],
])("calls the container of %s named %s %s", (part, name, source) => {
  expect(sourceOf(part, name)).toBe(source);
});
