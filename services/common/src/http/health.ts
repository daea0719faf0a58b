import { within } from "../time-limit.ts";
import type { HttpApp } from "./http-app.ts";
import { Problem } from "./problem.ts";

/** Resolves when the thing works; rejects, or takes longer than a second, when it does not. */
export type ReadyCheck = () => Promise<unknown>;

const checkLimitMs = 1000;

/**
 * `/health` is the original's, `/livez` says that the process answers, `/readyz` that what it needs
 * answers too: 503 with the names of the checks that fail.
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
