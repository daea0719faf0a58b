import { expect, test } from "vitest";
import { ConcurrencyLimiter } from "../http/concurrency-limiter.ts";
import { createHttpApp } from "../http/http-app.ts";
import { RateLimit } from "../http/rate-limit.ts";
import { createLog } from "../log.ts";
import { LimitMetrics } from "./limit-metrics.ts";
import { Metrics } from "./metrics.ts";

async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  return (await metrics.text()).split("\n").filter((line) => line.startsWith(`orbital_${name}`));
}

test("the used share of a quota counts for each request, and above 1 for a refused one", async () => {
  const metrics = new Metrics();
  const quota = { name: "calls", of: "calls of one user", limit: 4, windowSeconds: 60 };
  const limit = new RateLimit(quota, new LimitMetrics(metrics));
  const app = createHttpApp(createLog("test", "silent"));
  app.get("/", async (c) => {
    await limit.take(c, "alice");
    return c.text("here");
  });
  expect(await linesOf(metrics, "quota_used_ratio_count")).toEqual([
    'orbital_quota_used_ratio_count{quota="calls"} 0',
  ]);
  for (let n = 0; n < 6; n++) await app.request("/");
  expect(await linesOf(metrics, "quota_used_ratio_bucket")).toEqual(
    [
      ["0.25", 1],
      ["0.5", 2],
      ["0.75", 3],
      ["0.9", 3],
      ["1", 4],
      ["+Inf", 6],
    ].map(([le, count]) => `orbital_quota_used_ratio_bucket{le="${le}",quota="calls"} ${count}`),
  );
  expect(await linesOf(metrics, "quota_limit")).toEqual(['orbital_quota_limit{quota="calls"} 4']);
});

test("slots are shown as they are now, and refusals add up", async () => {
  const metrics = new Metrics();
  const limiter = new ConcurrencyLimiter({ slots: 2, waiting: 1, retrySeconds: 1 });
  new LimitMetrics(metrics).slots("downloads", limiter);
  const { signal } = new AbortController();
  const release = limiter.acquire("alice");
  limiter.acquire("alice");
  const turn = limiter.acquireWithin(1000, "bob", signal);
  const refused = limiter.run("bob", signal, async () => {});
  await expect(refused).rejects.toMatchObject({ code: "busy" });
  expect(() => limiter.acquire("bob")).toThrow();
  const now = async () => (await linesOf(metrics, "slots")).map((line) => line.split(" ").at(-1));
  expect(await linesOf(metrics, "slots")).toEqual([
    'orbital_slots{limiter="downloads"} 2',
    'orbital_slots_used{limiter="downloads"} 2',
    'orbital_slots_waiting{limiter="downloads"} 1',
    'orbital_slots_refused_total{limiter="downloads"} 2',
  ]);
  release();
  (await turn)();
  expect(await now()).toEqual(["2", "1", "0", "2"]);
});
