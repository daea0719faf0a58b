import { addHealthRoutes, type ReadyCheck } from "@orbital-witness/common/health.ts";
import { createHttpApp, type HttpApp } from "@orbital-witness/common/http-app.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { addOrderRoutes, type OrderOptions } from "./order-routes.ts";

export type OrderAppOptions = OrderOptions & { log: Log; checks: Record<string, ReadyCheck> };

export function createOrderApp({ log, checks, ...options }: OrderAppOptions): HttpApp {
  const app = createHttpApp(log);
  addHealthRoutes(app, checks);
  addOrderRoutes(app, options);
  return app;
}
