import { OpenAPIHono } from "@hono/zod-openapi";
import { addHealthRoutes, type ReadyCheck } from "@orbital-witness/common/http/health.ts";
import { type AppEnv, createHttpApp, type HttpApp } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { RequestObserver } from "@orbital-witness/common/metrics/request-metrics.ts";
import type { Context } from "hono";
import { type CancelTools, cancelOrder, type RetryTools, retryOrder } from "./accept/change-order.ts";
import { type PlaceOrderTools, placeOrder } from "./accept/place-order.ts";
import { type RemoveTools, removeOrder } from "./accept/remove-order.ts";
import type { ReadQuotas } from "./access/read-quotas.ts";
import { addDocs } from "./docs/docs.ts";
import { type DocumentTools, listDocuments } from "./documents/list-documents.ts";
import { addEndpoints } from "./endpoint.ts";
import { type FollowOrdersTools, followOrders } from "./follow/changes/follow-orders.ts";
import { type FollowTools, followOrder } from "./follow/follow-order.ts";
import { orderPath } from "./follow/order-view.ts";
import { type ReadTools, readOrder } from "./follow/read-order.ts";
import { readOrderPages } from "./follow/read-order-pages.ts";
import { type BulkTools, cancelOrders, retryOrders } from "./list/change-orders.ts";
import { type ListTools, listOrders } from "./list/list-orders.ts";
import { orderPathSchema } from "./order-schemas.ts";
import { type CorrectionTools, correctPage } from "./results/pages/correct-page.ts";
import { readCorrections } from "./results/pages/read-corrections.ts";
import { readPage, readPlainPage } from "./results/pages/read-page.ts";
import { readPageImage } from "./results/pages/read-page-image.ts";
import { readPageOriginal } from "./results/pages/read-page-original.ts";
import { readPageTile } from "./results/pages/read-page-tile.ts";
import { type ResultTools, readResult, readResultFile } from "./results/read-result.ts";
import { readResultStructure } from "./results/structure/read-result-structure.ts";
import { type SearchTools, searchOrders } from "./search/search-orders.ts";
import { readStack, type StackTools } from "./stack/read-stack.ts";

export type OrderTools = PlaceOrderTools &
  ReadTools &
  ListTools &
  BulkTools &
  ResultTools &
  CorrectionTools &
  FollowTools &
  FollowOrdersTools &
  CancelTools &
  RetryTools &
  RemoveTools &
  SearchTools &
  DocumentTools &
  StackTools & { quotas: ReadQuotas };
export type OrderAppOptions = {
  log: Log;
  observe?: RequestObserver | undefined;
  checks: Record<string, ReadyCheck>;
  tools: OrderTools;
};

export function createOrderApp({ log, observe, checks, tools }: OrderAppOptions): HttpApp {
  const app = createHttpApp(log, observe);
  addHealthRoutes(app, checks);
  const api = new OpenAPIHono<AppEnv>();
  const { quotas } = tools;
  addEndpoints(api, [
    placeOrder(tools),
    quotas.limited("reads", listOrders(tools)),
    // Before the paths that begin with an order's id.
    quotas.limited("streams", followOrders(tools)),
    quotas.limited("reads", readOrder(tools)),
    quotas.limited("reads", readOrderPages(tools)),
    cancelOrder(tools),
    quotas.limited("downloads", readResult(tools)),
    quotas.limited("downloads", readResultFile(tools)),
    quotas.limited("downloads", readResultStructure(tools, "fields.json")),
    quotas.limited("downloads", readResultStructure(tools, "tables.json")),
    quotas.limited("downloads", readResultStructure(tools, "tables.csv")),
    quotas.limited("downloads", readPage(tools)),
    quotas.limited("downloads", readPageImage(tools)),
    quotas.limited("downloads", readPageOriginal(tools)),
    quotas.limited("tiles", readPageTile(tools)),
    quotas.limited("downloads", readPlainPage(tools)),
    quotas.limited("corrections", correctPage(tools)),
    quotas.limited("downloads", readCorrections(tools)),
    quotas.limited("streams", followOrder(tools)),
    retryOrder(tools),
    removeOrder(tools),
    cancelOrders(tools),
    retryOrders(tools),
    quotas.limited("searches", searchOrders(tools)),
    quotas.limited("reads", listDocuments(tools)),
    quotas.limited("reads", readStack(tools)),
  ]);
  api.all(
    "/orders/:id/text",
    elsewhere("The text is at", () => "result.txt"),
  );
  api.all(
    "/orders/:id/pages/:file{[1-9][0-9]*\\.png}",
    elsewhere("The picture of the page is at", (c) => `result/pages/${c.req.param("file")}`),
  );
  addDocs(api);
  app.route("/", api);
  return app;
}

/** For a path that clients may guess: answers 404 and names the right path. */
function elsewhere(what: string, place: (c: Context) => string): (c: Context) => never {
  return (c) => {
    const path = orderPathSchema.safeParse({ id: c.req.param("id") });
    const order = path.success ? orderPath(path.data.id) : "/orders/{id}";
    const detail = `There is nothing at this address. ${what} ${order}/${place(c)}.`;
    throw new Problem(404, "not_found", detail);
  };
}
