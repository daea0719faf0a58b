import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { createHttpApp } from "./http-app.ts";
import { RateLimit } from "./rate-limit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * An app with a limit of three in ten seconds: `/take` takes one, and `/check` takes none. The key consists
 * of the query's values of `key`.
 */
function testApp() {
  const limit = new RateLimit({ name: "calls", of: "calls of one user", limit: 3, windowSeconds: 10 });
  const app = createHttpApp(createLog("test", "fatal"));
  app.get("/take", async (c) => {
    await limit.take(c, ...(c.req.queries("key") ?? []));
    return c.text("taken");
  });
  app.get("/check", async (c) => {
    await limit.check(c, ...(c.req.queries("key") ?? []));
    return c.text("free");
  });
  return async (path: string) => {
    const { status, headers } = await app.request(path);
    const [policy, left, retry] = ["RateLimit-Policy", "RateLimit", "Retry-After"].map((h) => headers.get(h));
    expect(policy).toBe('"calls";q=3;w=10');
    return [status, left, retry];
  };
}

test("three requests are answered, then 429 until ten seconds after the first", async () => {
  const get = testApp();
  expect(await get("/take?key=a")).toEqual([200, '"calls";r=2;t=10', null]);
  vi.advanceTimersByTime(4500);
  expect(await get("/take?key=a")).toEqual([200, '"calls";r=1;t=6', null]);
  expect(await get("/take?key=a")).toEqual([200, '"calls";r=0;t=6', null]);
  expect(await get("/take?key=a")).toEqual([429, '"calls";r=0;t=6', "6"]);
  vi.advanceTimersByTime(5499);
  expect(await get("/take?key=a")).toEqual([429, '"calls";r=0;t=1', "1"]);
  vi.advanceTimersByTime(1);
  expect(await get("/take?key=a")).toEqual([200, '"calls";r=2;t=10', null]);
});

test("a check takes nothing, and is refused when nothing is left", async () => {
  const get = testApp();
  for (let i = 0; i < 5; i++) expect(await get("/check?key=a")).toEqual([200, '"calls";r=3;t=10', null]);
  for (let i = 0; i < 3; i++) await get("/take?key=a");
  expect(await get("/check?key=a")).toEqual([429, '"calls";r=0;t=10', "10"]);
  vi.advanceTimersByTime(10_000);
  expect(await get("/check?key=a")).toEqual([200, '"calls";r=3;t=10', null]);
});

test("each key has its own quota, and keys with different parts are different", async () => {
  const get = testApp();
  for (let i = 0; i < 4; i++) await get("/take?key=a&key=b");
  expect((await get("/check?key=a&key=b"))[0]).toBe(429);
  for (const other of [
    "key=ab",
    "key=a",
    "key=b",
    "key=b&key=a",
    "key=a,b",
    'key=a","b',
    "key=a&key=b&key=",
  ]) {
    expect((await get(`/check?${other}`))[0], other).toBe(200);
  }
});

test("a refusal is a problem document that names what is counted and how long to wait", async () => {
  const limit = new RateLimit({ name: "calls", of: "calls of one user", limit: 1, windowSeconds: 60 });
  const app = createHttpApp(createLog("test", "fatal"));
  app.get("/", async (c) => {
    await limit.take(c, "a");
    return c.text("taken");
  });
  await app.request("/");
  const response = await app.request("/");
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({
    title: "Too Many Requests",
    status: 429,
    code: "rate_limited",
    detail: "At most 1 calls of one user in 60 s; try again in 60 s.",
  });
});

test("a window that has ended leaves nothing in memory", async () => {
  const get = testApp();
  for (let i = 0; i < 1000; i++) await get(`/take?key=${i}`);
  expect(vi.getTimerCount()).toBe(1000);
  vi.advanceTimersByTime(10_000);
  expect(vi.getTimerCount()).toBe(0);
});
