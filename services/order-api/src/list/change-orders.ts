import { createRoute } from "@hono/zod-openapi";
import type { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import type { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import { hasEnded, type OrderStatus, orderStatuses } from "@orbital-witness/common/orders/order.ts";
import { maxRuns, type OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { z } from "zod";
import { checkCapacity, fullOr } from "../accept/store-full.ts";
import { orderingUserAndFields } from "../access/callers.ts";
import { read, write } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { findText, type TextTools } from "./find-text.ts";
import { unavailable } from "./list-orders.ts";
import { type BulkRequest, bulkFields, cursorOf, parseBulkRequest } from "./list-query.ts";
import type { ListPlace } from "./list-table.ts";
import type { OrderLists } from "./order-lists.ts";

/** How many orders are found at once, and how many of them are changed side by side. */
const batch = 200;
const atOnce = 20;
/** A request that took this long answers with a `next`. */
const longestMs = 3000;

const bulkResult = z
  .object({
    count: z.int().meta({ description: "The number of orders that were changed", example: 12 }),
    skipped: z.int().meta({
      description:
        "The number of orders that could not be changed: they changed meanwhile, or had too many runs",
      example: 0,
    }),
    next: z.string().nullable().meta({
      description: "If not null, there are more orders: repeat the request with this `cursor`",
    }),
  })
  .meta({ id: "BulkResult" });
type BulkResult = z.input<typeof bulkResult>;

const body = z
  .object({ ...bulkFields, token: z.string().optional().meta({ description: "The token", example: "" }) })
  .meta({ id: "OrderSelection" });

function route(action: "cancel" | "retry", summary: string, description: string) {
  return createRoute({
    method: "post",
    path: `/orders/${action}`,
    operationId: `${action}Orders`,
    tags: ["orders"],
    summary,
    description:
      `${description} The filters are those of \`GET /orders\`, as query or as fields of the body, and at ` +
      "least one of them or `all` is required. A request may be repeated: an order is changed once.",
    security,
    request: {
      query: z.object(bulkFields),
      body: {
        content: {
          "application/json": { schema: body },
          "application/x-www-form-urlencoded": { schema: body },
        },
      },
    },
    responses: {
      200: { description: "What was done", content: { "application/json": { schema: bulkResult } } },
      ...problemResponses(400, 401, 403, 408, 413, 415, 422, 503),
      ...(action === "retry" && problemResponses(429)),
    },
  });
}

export type BulkTools = TextTools & {
  tokens: TokenVerifier;
  store: OrderStore;
  capacity: CapacityGuard;
  lists: OrderLists;
  /** One bulk change of a user at a time. */
  bulk: ConcurrencyLimiter;
  limit: RateLimit;
};

/** Changes one order. Returns whether it did. */
type Change = (orderId: string) => Promise<boolean>;

export function cancelOrders(tools: BulkTools): Endpoint {
  return {
    route: route("cancel", "Cancel many orders", "Cancels all matching orders that have not ended."),
    handle: async (c) => {
      const { user, fields } = await orderingUserAndFields(tools.tokens, c.req.raw);
      const request = parseBulkRequest(c.req.url, fields);
      const running = orderStatuses.filter((status) => !hasEnded(status));
      const cancel: Change = async (id) => (await write(tools.store.cancel(id))) === "cancelled";
      const result = await changeAll(tools, user.user_id, request, running, cancel, c.req.raw.signal);
      c.var.log.info(result, "orders cancelled");
      return c.json(result);
    },
  };
}

export function retryOrders(tools: BulkTools): Endpoint {
  return {
    route: route(
      "retry",
      "Run many failed orders again",
      `Queues all matching orders that failed, except those that had ${maxRuns} runs. The request counts ` +
        "as one order of your limit.",
    ),
    handle: async (c) => {
      const { user, fields } = await orderingUserAndFields(tools.tokens, c.req.raw);
      const request = parseBulkRequest(c.req.url, fields);
      await tools.limit.take(c, String(user.user_id));
      const retry: Change = async (id) => {
        checkCapacity(tools.capacity);
        return (await write(tools.store.retry(id).catch(fullOr))).outcome === "queued";
      };
      const result = await changeAll(tools, user.user_id, request, ["failed"], retry, c.req.raw.signal);
      c.var.log.info(result, "orders queued again");
      return c.json(result);
    },
  };
}

/** Changes the orders from the oldest to the newest, so that each is found once. */
async function changeAll(
  tools: BulkTools,
  user_id: number,
  { q, except, ...request }: BulkRequest,
  changeable: readonly OrderStatus[],
  change: Change,
  signal: AbortSignal,
): Promise<BulkResult> {
  const asked = request.status;
  const status = asked.length === 0 ? changeable : changeable.filter((each) => asked.includes(each));
  if (status.length === 0) return { count: 0, skipped: 0, next: null };
  const release = tools.bulk.acquire(user_id);
  try {
    const found = request.words.length === 0 ? [] : await findText(tools, user_id, q);
    const filter = { ...request, user_id, status, found, sort: "created", isDescending: false } as const;
    const endMs = performance.now() + longestMs;
    let [count, skipped] = [0, 0];
    let after: ListPlace | undefined = request.after;
    do {
      const answer = await read(tools.lists.list({ ...filter, limit: batch, offset: 0, after }));
      if (!answer) throw unavailable();
      const wanted = answer.order_ids.filter((id) => !except.has(id));
      const changed = await changeEach(wanted, change);
      count += changed;
      skipped += wanted.length - changed;
      after = answer.next;
    } while (after && performance.now() < endMs && !signal.aborted);
    return { count, skipped, next: after ? cursorOf(after, "created") : null };
  } finally {
    release();
  }
}

/** Returns how many were changed. */
async function changeEach(ids: string[], change: Change): Promise<number> {
  const left = [...ids];
  let count = 0;
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      if (await change(id)) count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return count;
}
