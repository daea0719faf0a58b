import { expect, test } from "vitest";
import { createHttpApp } from "../http/http-app.ts";
import { Problem } from "../http/problem.ts";
import { createLog } from "../log.ts";
import { Metrics } from "./metrics.ts";
import { requestMetrics } from "./request-metrics.ts";

function testApp() {
  const metrics = new Metrics();
  const app = createHttpApp(createLog("test", "silent"), requestMetrics(metrics));
  app.get("/orders", (c) => c.text("all"));
  app.get("/orders/events", (c) => c.text("events"));
  app.get("/orders/:id", (c) => c.text("one"));
  app.get("/orders/:id/pages/:file{[^/]+\\.png}", (c) => c.text("picture"));
  app.get("/orders/:id/:file{result\\..+}", (c) => c.text("result"));
  app.post("/orders", () => {
    throw new Problem(422, "invalid_fields", "no");
  });
  app.get("/broken", () => {
    throw new Error("broken");
  });
  const counted = async () => {
    const lines = (await metrics.text()).split("\n");
    return lines.filter((line) => line.startsWith("orbital_http_request_duration_seconds_count"));
  };
  return { app, metrics, counted };
}

test.each([
  ["GET", "/orders", 'method="GET",route="/orders",code="200"'],
  ["GET", "/orders/events?a=b", 'method="GET",route="/orders/events",code="200"'],
  ["GET", "/orders/42", 'method="GET",route="/orders/{id}",code="200"'],
  ["GET", "/orders/42/pages/3.png", 'method="GET",route="/orders/{id}/pages/{file}.png",code="200"'],
  ["GET", "/orders/42/result.txt", 'method="GET",route="/orders/{id}/{file}",code="200"'],
  ["POST", "/orders", 'method="POST",route="/orders",code="422"'],
  ["GET", "/broken", 'method="GET",route="/broken",code="500"'],
  ["GET", "/wp-admin", 'method="GET",route="none",code="404"'],
  ["BREW", "/orders", 'method="other",route="none",code="404"'],
])("%s %s counts by its template", async (method, path, labels) => {
  const { app, counted } = testApp();
  await app.request(path, { method });
  expect(await counted()).toEqual([`orbital_http_request_duration_seconds_count{${labels}} 1`]);
});

test("clients cannot add labels by paths and methods that they invent", async () => {
  const { app, counted } = testApp();
  for (let n = 0; n < 20; n++) {
    await app.request(`/orders/${n}`);
    await app.request(`/x${n}`, { method: `M${"O".repeat(n)}` });
  }
  expect(await counted()).toHaveLength(2);
});

test("durations are in seconds, in cumulative buckets", async () => {
  const metrics = new Metrics();
  const observe = requestMetrics(metrics);
  const app = createHttpApp(createLog("test", "silent"), (c) => observe(c, 30));
  app.get("/", (c) => c.text("here"));
  await app.request("/");
  const text = await metrics.text();
  const labels = 'method="GET",route="/",code="200"';
  expect(text).toContain(`_bucket{le="0.025",${labels}} 0`);
  expect(text).toContain(`_bucket{le="0.1",${labels}} 1`);
  expect(text).toContain(`_sum{${labels}} 0.03`);
});
