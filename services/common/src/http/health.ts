import { within } from "../time-limit.ts";
import type { HttpApp } from "./http-app.ts";
import { Problem } from "./problem.ts";

/** Resolves if the dependency works. A check fails if it rejects or takes longer than a second. */
export type ReadyCheck = () => Promise<unknown>;

const checkLimitMs = 1000;

/**
 * Adds `/livez`, which answers 200 while the process runs, and `/readyz`, which answers 200 if the
 * dependencies work and otherwise 503 with the failing checks. `/health` is the path in earlier versions.
 */
export function addHealthRoutes(app: HttpApp, checks: Record<string, ReadyCheck> = {}): void {
  app.get("/health", (c) => c.json({ healthy: true }));
  app.get("/livez", (c) => c.json({ live: true }));
  app.get("/readyz", async (c) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(
      Object.values(checks).map((check) => within(checkLimitMs, check())),
    );
    const failing = names.filter((_, index) => results[index]?.status === "rejected");
    if (failing.length === 0) return c.json({ ready: true });
    throw new Problem(503, "not_ready", `Not ready: ${failing.join(", ")}.`, {
      headers: { "Retry-After": "1" },
    });
  });
}
