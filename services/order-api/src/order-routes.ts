import { randomUUID } from "node:crypto";
import type { TokenUser } from "@orbital-witness/common/access-token.ts";
import { readFields } from "@orbital-witness/common/form-body.ts";
import { type HttpApp, methodNotAllowed } from "@orbital-witness/common/http-app.ts";
import { type OrderRecord, orderIdSchema, orderRequestSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { Problem, parseFields } from "@orbital-witness/common/problem.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { z } from "zod";
import type { OrderAcceptance } from "./accept-order.ts";
import { authenticate, bearerToken, fieldToken } from "./bearer-token.ts";
import { orderView } from "./order-view.ts";

export type OrderOptions = { key: Uint8Array; store: OrderStore; acceptance: OrderAcceptance };

const readLimitMs = 1500;

/** Placing an order and seeing one's own. The checks' order: token, role, fields. */
export function addOrderRoutes(app: HttpApp, { key, store, acceptance }: OrderOptions): void {
  app.post("/orders", async (c) => {
    const { user, fields } = await identify(c.req.raw);
    const request = parseFields(orderRequestSchema, fields);
    const order = {
      ...request,
      order_id: randomUUID(),
      user_id: user.user_id,
      request_id: c.var.requestId,
      created_at: new Date().toISOString(),
    };
    await acceptance.accept(order);
    c.var.log.info({ order_id: order.order_id, ...request }, "order accepted");
    const { order_id, user_id, title_number, document_type } = order;
    const body = { order_id, user_id, title_number, document_type, status: "queued" };
    return c.json(body, 202, { Location: `/orders/${order_id}` });
  });
  app.all("/orders", methodNotAllowed("POST"));

  app.get("/orders/:id", async (c) => {
    const user = await authenticate(key, bearerToken(c.req.header("Authorization")));
    return c.json(orderView(await ownOrder(user, c.req.param("id"))));
  });
  app.all("/orders/:id", methodNotAllowed("GET"));

  app.get("/orders/:id/text", async (c) => {
    const user = await authenticate(key, bearerToken(c.req.header("Authorization")));
    const order = await ownOrder(user, c.req.param("id"));
    if (order.status === "failed") {
      throw new Problem(
        409,
        "order_failed",
        `There is no text: ${order.reason_message ?? "the order failed."}`,
      );
    }
    const text = order.status === "completed" ? await read(store.text(order.order_id)) : undefined;
    if (text === undefined) {
      throw new Problem(409, "order_not_completed", `The order is ${order.status}. Ask again in a moment.`, {
        headers: { "Retry-After": "1" },
      });
    }
    return c.text(text);
  });
  app.all("/orders/:id/text", methodNotAllowed("GET"));

  /** A token in the header is checked before the body is looked at; one in the body cannot be. */
  async function identify(request: Request): Promise<{ user: TokenUser; fields: Record<string, unknown> }> {
    const headerToken = bearerToken(request.headers.get("Authorization") ?? undefined);
    if (headerToken !== undefined) {
      const user = mayOrder(await authenticate(key, headerToken));
      const fields = await readFields(request);
      const token = fieldToken(fields);
      if (token !== undefined && token !== headerToken) {
        throw new Problem(400, "two_tokens", "The header and the field token hold different tokens.");
      }
      return { user, fields };
    }
    const fields = await readFields(request);
    return { user: mayOrder(await authenticate(key, fieldToken(fields))), fields };
  }

  /** Somebody else's order and none at all are the same 404: ids are not for guessing. */
  async function ownOrder(user: TokenUser, id: string): Promise<OrderRecord> {
    const orderId = orderIdSchema.safeParse(id);
    const order = orderId.success ? await read(store.find(orderId.data)) : undefined;
    if (!order || order.user_id !== user.user_id) {
      throw new Problem(404, "order_not_found", "There is no order with this id.");
    }
    return order;
  }
}

function mayOrder(user: TokenUser): TokenUser {
  if (!user.can_order) throw new Problem(403, "cannot_order", "This user may not order documents.");
  return user;
}

async function read<T>(reading: Promise<T>): Promise<T> {
  try {
    return await within(readLimitMs, reading);
  } catch (cause) {
    if (cause instanceof z.ZodError) throw cause;
    throw new Problem(503, "store_unavailable", "Orders cannot be read at the moment.", {
      headers: { "Retry-After": "1" },
      cause,
    });
  }
}
