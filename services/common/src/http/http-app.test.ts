import { expect, test } from "vitest";
import { createLog } from "../log.ts";
import { addHealthRoutes } from "./health.ts";
import { createHttpApp, methodNotAllowed } from "./http-app.ts";
import { Problem } from "./problem.ts";

function testApp() {
  const lines: string[] = [];
  const app = createHttpApp(createLog("test", "debug", { write: (line) => lines.push(line) }));
  return { app, lines };
}

test("a request id that is safe to log is kept, and any other is replaced", async () => {
  const { app } = testApp();
  app.get("/", (c) => c.text(c.var.requestId));
  const idFor = async (given: string) => {
    const response = await app.request("/", { headers: { "X-Request-Id": given } });
    expect(response.headers.get("X-Request-Id")).toBe(await response.clone().text());
    return response.text();
  };
  expect(await idFor("abc_DEF-123")).toBe("abc_DEF-123");
  expect(await idFor("x".repeat(64))).toBe("x".repeat(64));
  for (const bad of ["x".repeat(65), "a b", 'a"b', ""]) expect(await idFor(bad)).toMatch(/^[0-9a-f-]{36}$/);
});

test("errors are problem documents, with the request id in body and header", async () => {
  const { app } = testApp();
  app.get("/", () => {
    throw new Problem(422, "invalid_fields", "a is required", {
      errors: [{ field: "a", message: "is required" }],
      headers: { "Retry-After": "1" },
    });
  });
  const response = await app.request("/", { headers: { "X-Request-Id": "abc" } });
  expect(response.status).toBe(422);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  expect(response.headers.get("X-Request-Id")).toBe("abc");
  expect(response.headers.get("Retry-After")).toBe("1");
  expect(await response.json()).toEqual({
    type: "about:blank",
    title: "Unprocessable Entity",
    status: 422,
    detail: "a is required",
    code: "invalid_fields",
    request_id: "abc",
    errors: [{ field: "a", message: "is required" }],
  });
});

test("an unexpected error is logged in full, and the client learns nothing about it", async () => {
  const { app, lines } = testApp();
  app.get("/", () => {
    throw new Error("password of the database");
  });
  const response = await app.request("/");
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("password");
  expect(lines.filter((line) => line.includes("password of the database"))).toHaveLength(1);
});

test("a wrong path is 404, a wrong method 405", async () => {
  const { app } = testApp();
  app.post("/token", (c) => c.text("ok"));
  app.all("/token", methodNotAllowed("POST, GET"));
  expect((await app.request("/nowhere")).status).toBe(404);
  const response = await app.request("/token");
  expect(response.status).toBe(405);
  expect(response.headers.get("Allow")).toBe("POST, GET");
  expect(await response.json()).toMatchObject({ detail: "Allowed here: POST, GET." });
  const options = await app.request("/token", { method: "OPTIONS" });
  expect(options.status).toBe(204);
  expect(options.headers.get("Allow")).toBe("POST, GET");
});

test("one line of JSON per request, without the query", async () => {
  const { app, lines } = testApp();
  app.get("/a", (c) => c.text("ok"));
  await app.request("/a?token=secret", { headers: { "X-Request-Id": "abc" } });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "info",
    service: "test",
    msg: "request",
    request_id: "abc",
    method: "GET",
    path: "/a",
    status: 200,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(lines[0]).not.toContain("secret");
});

test("a path is logged percent-encoded, so that a terminal finds no control characters in it", async () => {
  const { app, lines } = testApp();
  await app.request("/%0A%C2%9B31m%E2%80%AE");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ path: "/%0A%C2%9B31m%E2%80%AE" });
});

test("/readyz needs every check to pass, and /livez only needs the process", async () => {
  const { app } = testApp();
  let redisAnswers = true;
  addHealthRoutes(app, {
    redis: async () => {
      if (!redisAnswers) throw new Error("away");
    },
    queue: async () => {},
  });
  expect(await (await app.request("/health")).json()).toEqual({ healthy: true });
  expect((await app.request("/readyz")).status).toBe(200);
  redisAnswers = false;
  const response = await app.request("/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "not_ready", detail: "Not ready: redis." });
  expect((await app.request("/livez")).status).toBe(200);
});

test("a check that does not answer fails", async () => {
  const { app } = testApp();
  addHealthRoutes(app, { redis: () => new Promise(() => {}) });
  expect((await app.request("/readyz")).status).toBe(503);
});
