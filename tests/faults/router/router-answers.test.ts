import { expect, onTestFinished, test, vi } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";
import { startLoneRouter } from "../harness/lone-router.ts";

const stack = await FaultStack.open();

const problem = (status: number, code: string) => ({
  ...{ type: "about:blank", status, code },
  detail: expect.any(String),
  request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
});

test("the router's own answers are problem documents with a request id", async () => {
  const missing = await fetch(`${stack.url}/nothing`);
  expect(missing.headers.get("content-type")).toBe("application/problem+json");
  expect(missing.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await missing.json()).toMatchObject(problem(404, "not_found"));
});

test("headers above the limit are refused by a problem document", async () => {
  const response = await fetch(`${stack.url}/orders`, { headers: { "X-Large": "x".repeat(200 * 1024) } });
  expect(await response.json()).toMatchObject(problem(431, "headers_too_large"));
});

test("a service that does not listen yet is 503 with Retry-After: nothing was done", async () => {
  const image = await stack.inspect(await stack.clone.container("router"), "{{.Image}}");
  const router = await startLoneRouter(image);
  onTestFinished(async () => {
    await router.remove();
  });
  await vi.waitFor(async () => expect((await fetch(`${router.url}/health`)).status).toBe(200), 20_000);
  const answers = await Promise.all(
    ["/orders", "/token"].map((path) =>
      fetch(`${router.url}${path}`, { method: "POST", body: new URLSearchParams({ title_number: "OW1" }) }),
    ),
  );
  for (const response of answers) {
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject(problem(503, "service_unavailable"));
  }
});
