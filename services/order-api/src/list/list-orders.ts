import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import { type OrderStatus, orderStatuses } from "@orbital-witness/common/orders/order.ts";
import type { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import type { ReadTools } from "../follow/read-order.ts";
import { orderListSchema } from "../order-schemas.ts";
import { SharedRuns } from "../sharing/shared-run.ts";
import { findText, type TextTools } from "./find-text.ts";
import { cursorOf, type ListRequest, listQuery, parseListRequest } from "./list-query.ts";
import type { StatusCounts } from "./list-table.ts";
import type { OrderLists } from "./order-lists.ts";

const route = createRoute({
  method: "get",
  path: "/orders",
  operationId: "listOrders",
  tags: ["orders"],
  summary: "List your orders",
  description:
    "Finds, sorts and counts your orders, the newest first unless `sort` says otherwise. Each order is " +
    "shown as it is at the time of the answer. An order that was accepted before the request is on the " +
    "list. 503 `list_unavailable` while the orders are being indexed, which only lists without `q`, " +
    "`sort`, `offset`, `document_type` and a second `status` do not need.",
  security,
  request: { query: listQuery },
  responses: {
    200: {
      description: "A page of orders",
      content: { "application/json": { schema: orderListSchema } },
    },
    ...problemResponses(401, 422, 503),
  },
});

export type ListTools = ReadTools & TextTools & { lists: OrderLists };
type OrderList = z.input<typeof orderListSchema>;

export function listOrders(tools: ListTools): Endpoint {
  const shared = new SharedRuns<string>();
  return {
    route,
    handle: async (c) => {
      const { user_id } = await readingUser(tools.tokens, c.req.raw);
      const request = parseListRequest(c.req.url);
      // Several open pages of one user ask for the same list at the same moment.
      const json = await read(
        shared.get(JSON.stringify([user_id, request]), async () => {
          const list = await indexedList(tools, user_id, request);
          return JSON.stringify(list ?? (await plainList(tools, user_id, request)));
        }),
      );
      return c.body(json, 200, { "Content-Type": "application/json" });
    },
  };
}

/** Undefined while the orders are being indexed. */
async function indexedList(
  tools: ListTools,
  user_id: number,
  { q, isPlain: _, ...request }: ListRequest,
): Promise<OrderList | undefined> {
  const found = request.words.length === 0 ? [] : await findText(tools, user_id, q);
  const answer = await read(tools.lists.list({ ...request, user_id, found }));
  if (!answer) return undefined;
  const { order_ids, next, counts } = answer;
  const orders = await tools.views.summaries(user_id, order_ids);
  const { status } = request;
  const wanted: readonly OrderStatus[] = status.length === 0 ? orderStatuses : status;
  return {
    // An order may have changed its status since the index was asked.
    orders: orders.filter((order) => wanted.includes(order.status)),
    next: next === undefined ? null : cursorOf(next, request.sort),
    counts: allCounts(counts),
    total: wanted.reduce((total, each) => total + (counts[each] ?? 0), 0),
  };
}

/** The list as the user's list in Redis has it. Throws 503 if that does not answer the request. */
async function plainList(tools: ListTools, user_id: number, request: ListRequest): Promise<OrderList> {
  const { limit, status, title_number, after, isPlain } = request;
  if (!isPlain) throw unavailable();
  const filter = { status: status[0], title_number };
  const { records, next } = await read(tools.store.list(user_id, limit, filter, after?.place));
  const ids = records.map(({ order_id }) => order_id);
  return {
    orders: await tools.views.summaries(user_id, ids),
    next: next === undefined ? null : cursorOf({ value: next, place: next }, "created"),
    ...{ counts: null, total: null },
  };
}

function allCounts(counts: StatusCounts) {
  const { queued = 0, fetching = 0, recognizing = 0, completed = 0, failed = 0, cancelled = 0 } = counts;
  return { queued, fetching, recognizing, completed, failed, cancelled };
}

export function unavailable(): Problem {
  const detail = "Your orders are being indexed. Try again in a while.";
  return new Problem(503, "list_unavailable", detail, { headers: { "Retry-After": "1" } });
}
