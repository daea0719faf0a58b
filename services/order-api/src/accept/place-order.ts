import { createHash, randomUUID } from "node:crypto";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields, parseHeaders } from "@orbital-witness/common/http/problem.ts";
import type { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import { beginRequestSpan } from "@orbital-witness/common/tracing/request-span.ts";
import { traceparentOf } from "@orbital-witness/common/tracing/traceparent.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import type { Context } from "hono";
import { read } from "../access/store-access.ts";
import type { Endpoint } from "../endpoint.ts";
import { orderPath } from "../follow/order-view.ts";
import type { PlacedOrder } from "../order-schemas.ts";
import { type AcceptedOrder, isInDoubt, type OrderAcceptance } from "./accept-order.ts";
import { body, headers, route, uploadBody } from "./place-order-route.ts";
import type { OrderForms } from "./upload/order-form.ts";

export type PlaceOrderTools = {
  store: OrderStore;
  acceptance: OrderAcceptance;
  forms: OrderForms;
  uploads: UploadStore;
  limit: RateLimit;
};

export function placeOrder({ store, acceptance, forms, uploads, limit }: PlaceOrderTools): Endpoint {
  /** Removes what was stored of the order's document, unless the order exists or may still appear. */
  async function placed(
    c: Context<AppEnv>,
    orderId: string,
    traceparent: string | undefined,
  ): Promise<{ order: NewOrder } & AcceptedOrder> {
    let needsDocument = false;
    let hasDocument = true;
    try {
      const admit = async ({ user_id }: TokenUser) => limit.take(c, String(user_id));
      const { user, fields, document } = await forms.read(c.req.raw, orderId, admit);
      hasDocument = document !== undefined;
      const { "Idempotency-Key": key } = parseHeaders(headers, c);
      const { title_number, document_type } = parseFields(document ? uploadBody : body, fields);
      const order: NewOrder = {
        ...{ order_id: orderId, user_id: user.user_id, request_id: c.var.requestId },
        ...{ title_number, document_type },
        ...(document && { file_name: document.fileName, upload_bytes: document.bytes }),
        ...(traceparent !== undefined && { traceparent }),
      };
      if (document) await uploads.keep(orderId);
      const asked = [title_number, document_type, ...(document ? [document.digest] : [])];
      const idempotency = key === undefined ? undefined : idempotencyOf(key, asked);
      const accepted = await acceptance.accept(order, idempotency).catch((error: unknown) => {
        needsDocument = idempotency !== undefined && isInDoubt(error);
        throw error;
      });
      needsDocument = !accepted.replayed;
      return { order, ...accepted };
    } finally {
      if (hasDocument && !needsDocument) await uploads.remove(orderId);
    }
  }

  return {
    route,
    handle: async (c) => {
      const span = beginRequestSpan(c, "order", { route: route.path });
      const traceparent = span && traceparentOf(span.spanContext());
      const { order, orderId, replayed } = await placed(c, randomUUID(), traceparent);
      const { title_number, document_type, upload_bytes } = order;
      span?.setAttributes({ "order.id": orderId, "order.replayed": replayed });
      if (document_type !== undefined) span?.setAttribute("document.type", document_type);
      c.var.log.info(
        { order_id: orderId, title_number, document_type, upload_bytes },
        replayed ? "order requested again" : "order accepted",
      );
      const record = replayed ? await read(store.find(orderId)) : { ...order, status: "queued" as const };
      if (!record) throw expired();
      c.header("Location", orderPath(orderId));
      if (replayed) c.header("Idempotent-Replayed", "true");
      const { order_id, user_id, status } = record;
      const request = {
        ...{ title_number: title_number ?? null, document_type: document_type ?? null },
        ...(record.file_name !== undefined && { file_name: record.file_name }),
      };
      return c.json({ order_id, user_id, ...request, status } satisfies PlacedOrder, 202);
    },
  };
}

function idempotencyOf(key: string, asked: readonly (string | undefined)[]): Idempotency {
  return { key: digest(key), fingerprint: digest(JSON.stringify(asked)) };
}

/** The order and its key expired between two reads. */
function expired(): Problem {
  const detail =
    "The order of this Idempotency-Key has just expired. Send the request again to place a new order.";
  return new Problem(503, "store_unavailable", detail, { headers: { "Retry-After": "1" } });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
