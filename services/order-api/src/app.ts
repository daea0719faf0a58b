import { OpenAPIHono } from "@hono/zod-openapi";
import { addHealthRoutes, type ReadyCheck } from "@orbital-witness/common/health.ts";
import { type AppEnv, createHttpApp, type HttpApp } from "@orbital-witness/common/http-app.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { addDocs } from "./docs.ts";
import { addEndpoints } from "./endpoint.ts";
import { type CancelTools, cancelOrder, type RetryTools, retryOrder } from "./endpoints/change-order.ts";
import { type FollowTools, followOrder } from "./endpoints/follow-order.ts";
import { listOrders } from "./endpoints/list-orders.ts";
import { type PlaceOrderTools, placeOrder } from "./endpoints/place-order.ts";
import { type ReadTools, readOrder } from "./endpoints/read-order.ts";
import { type ResultTools, readPageImage, readResult, readResultFile } from "./endpoints/read-result.ts";
import { type SearchTools, searchOrders } from "./endpoints/search-orders.ts";

export type OrderTools = PlaceOrderTools &
  ReadTools &
  ResultTools &
  FollowTools &
  CancelTools &
  RetryTools &
  SearchTools;
export type OrderAppOptions = { log: Log; checks: Record<string, ReadyCheck>; tools: OrderTools };

export function createOrderApp({ log, checks, tools }: OrderAppOptions): HttpApp {
  const app = createHttpApp(log);
  addHealthRoutes(app, checks);
  const api = new OpenAPIHono<AppEnv>();
  addEndpoints(api, [
    placeOrder(tools),
    listOrders(tools),
    readOrder(tools),
    cancelOrder(tools),
    readResult(tools),
    readResultFile(tools),
    readPageImage(tools),
    followOrder(tools),
    retryOrder(tools),
    searchOrders(tools),
  ]);
  addDocs(api);
  app.route("/", api);
  return app;
}
