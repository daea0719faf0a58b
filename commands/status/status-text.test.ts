import { expect, it } from "vitest";
import type { ContainerState } from "../../pulumi/health/container-state.ts";
import type { StackState } from "./stack-state.ts";
import { isHealthy, type Status, statusText } from "./status-text.ts";

const now = Date.parse("2026-11-27T14:05:10Z");
const container = (source: string, more: Partial<ContainerState> = {}): ContainerState => ({
  ...{ name: `c-${source}`, source, stack: "local", state: "healthy", restarts: 0, exitCode: undefined },
  ...{ startedAt: "2026-11-27T14:00:00Z", probe: "", outOfMemory: false },
  ...more,
});
const worker = (name: string, more: Partial<StackState["workers"][number]> = {}) => ({
  ...{ name, state: "idle" as const, order_id: null, page: null, since: null, pages_per_minute: 0 },
  ...{ memory_bytes: null, last_seen_at: "2026-11-27T14:05:09Z" },
  ...more,
});
const state: StackState = {
  at: "2026-11-27T14:05:10Z",
  workers: [
    worker("ocr-worker-1", {
      ...{ state: "reading", order_id: "1d0b8531", page: 12, since: "2026-11-27T14:05:07.6Z" },
      ...{ pages_per_minute: 21.4, memory_bytes: 420 * 1024 ** 2 },
    }),
    worker("ocr-worker-2"),
  ],
  queue: { waiting: 128, running: 1, delayed: 2, oldest_seconds: 75 },
  minutes: [
    { pages: 300, failures: 3 },
    { pages: 20, failures: 1 },
  ],
  failures: [
    { code: "document_not_found", count: 3 },
    { code: "page_damaged", count: 1 },
  ],
  page_ms: { mean: 2140, p95: 4300 },
  storage: {
    redis: { used_bytes: 12 * 1024 ** 2, max_bytes: 384 * 1024 ** 2 },
    results: { free_bytes: 85 * 1024 ** 3, total_bytes: 200 * 1024 ** 3 },
  },
  parts: [{ name: "order-api", healthy: true, waits_for: null }],
};
const status = (more: Partial<Status> = {}): Status => ({
  ...{ stack: "local", url: "http://localhost", publicHost: undefined, state, now },
  containers: [container("ocr-worker-1"), container("ocr-worker-2"), container("order-api")],
  ...more,
});

it("shows parts, workers, the queue and what failed on one screen", () => {
  expect(statusText(status())).toBe(`Stack local at http://localhost

  ocr-worker-1  healthy  reads page 12 of order 1d0b8531 for 2.4 s, 21.4 pages/min, 420 MiB
  ocr-worker-2  healthy  idle, 0 pages/min
  order-api     healthy

  Queue        128 waiting, the oldest for 1 min; 1 running; 2 in a pause
  Last 15 min  320 pages, 2.1 s per page (95% within 4.3 s)
  Failures     3 document_not_found, 1 page_damaged
  Room         85 GiB for results; Redis uses 12 MiB of 384 MiB`);
  expect(isHealthy(status())).toBe(true);
});

it("shows what a part waits for", () => {
  const parts = [{ name: "order-api", healthy: false, waits_for: "room on the disk of the results" }];
  const waiting = status({ state: { ...state, parts } });
  expect(statusText(waiting)).toContain("order-api     healthy  waits for room on the disk of the results");
  expect(isHealthy(waiting)).toBe(false);
});

it.each([
  [{ state: "exited", exitCode: 1 }, "exited with code 1  waits for somebody to start it"],
  [
    { state: "restarting", exitCode: 137, restarts: 4 },
    "restarting with code 137, restarted 4 times  waits for nothing: its program ends by itself",
  ],
  [{ state: "unhealthy", probe: "Not ready: redis." }, "unhealthy  waits for Redis to answer"],
  [{ state: "created", exitCode: 0 }, "created  waits for somebody to start it"],
])("shows a container that is not well as %o", (more, text) => {
  const unwell = status({ containers: [container("redis", more)], state: { unknown: "no answer." } });
  expect(statusText(unwell)).toContain(`  redis  ${text}\n`);
  expect(statusText(unwell)).toContain("What the stack does is unknown: no answer.");
  expect(isHealthy(unwell)).toBe(false);
});

it.each([
  [null, "waits for a certificate for witness.test", false],
  [
    { issuer: "An authority", valid_until: "2027-02-25T10:00:00.000Z" },
    "certificate by An authority, valid until 2027-02-25",
    true,
  ],
  [
    { issuer: "An authority", valid_until: "2026-11-27T14:05:09.000Z" },
    "certificate by An authority, expired on 2026-11-27",
    false,
  ],
])("shows the certificate %o of a public host", (certificate, text, isWell) => {
  const publicHost = { name: "witness.test", certificate };
  const served = status({ containers: [container("router")], publicHost });
  expect(statusText(served)).toContain(`  router  healthy  ${text}\n`);
  expect(isHealthy(served)).toBe(isWell);
});
