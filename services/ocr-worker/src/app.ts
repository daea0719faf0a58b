import { addHealthRoutes, type ReadyCheck } from "@orbital-witness/common/http/health.ts";
import { createHttpApp, type HttpApp } from "@orbital-witness/common/http/http-app.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { RequestObserver } from "@orbital-witness/common/metrics/request-metrics.ts";

/** The worker's only HTTP endpoints: its health. */
export function createWorkerApp(
  log: Log,
  checks: Record<string, ReadyCheck>,
  observe: RequestObserver,
): HttpApp {
  const app = createHttpApp(log, observe);
  addHealthRoutes(app, checks);
  return app;
}
