import { createHash, randomUUID } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields, parseHeaders } from "@orbital-witness/common/http/problem.ts";
import type { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import { type NewOrder, orderRequestSchema } from "@orbital-witness/common/orders/order.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import type { Context } from "hono";
import { z } from "zod";
import { read } from "../access/store-access.ts";
import { type Endpoint, problemResponse, problemResponses, security } from "../endpoint.ts";
import { orderPath } from "../follow/order-view.ts";
import { type PlacedOrder, placedOrderSchema } from "../order-schemas.ts";
import { type AcceptedOrder, isInDoubt, type OrderAcceptance } from "./accept-order.ts";
import type { OrderForms } from "./upload/order-form.ts";

const keyMessage = "must be 1 to 255 visible ASCII characters";

const headers = z.object({
  "Idempotency-Key": z
    .string(keyMessage)
    .regex(/^[\x21-\x7e]{1,255}$/, keyMessage)
    .optional()
    .meta({
      description:
        "Makes the request safe to repeat: the same key with the same fields returns the same order, " +
        "for as many days as results are kept.",
    }),
});

const token = {
  token: z.string().optional().meta({
    description: "The token, for clients that cannot send an `Authorization` header",
    example: "",
  }),
};
const body = orderRequestSchema.extend(token).meta({ id: "NewOrder" });

/** Forms send an empty text for a field that was left empty. */
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
const { title_number, document_type } = orderRequestSchema.shape;
const uploadBody = z.object({
  title_number: unlessEmpty(title_number),
  document_type: unlessEmpty(document_type),
});
/** For the OpenAPI document. */
const formBody = orderRequestSchema
  .partial()
  .extend(token)
  .extend({
    document: z
      .string()
      .optional()
      .meta({
        format: "binary",
        description:
          "Your own scan: a PDF, TIFF, PNG, JPEG, WebP or BMP file of at most `documentMegabytes`. Without " +
          "it the document comes from the document source, and title number and type are required. If " +
          "there is no `Authorization` header, the field `token` must come before it",
      }),
  })
  .meta({ id: "NewOrderForm" });

const content = { schema: body };
const route = createRoute({
  method: "post",
  path: "/orders",
  operationId: "placeOrder",
  tags: ["orders"],
  summary: "Order a document",
  description:
    "Answers at once. The order ends as `completed` with a text, or as `failed` with a reason. After a " +
    "503 there is no order if the request had no `Idempotency-Key`. With a key the order may still " +
    "appear, but only under that key. As a multipart form, the order may have your own scan in the file " +
    "part `document`; the key then also stands for its content.",
  security,
  request: {
    headers,
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": content,
        "multipart/form-data": { schema: formBody },
        "application/json": content,
      },
    },
  },
  responses: {
    202: {
      description: "The order is accepted and saved on disk",
      headers: z.object({
        Location: z.string().meta({ description: "The order's path" }),
        "Idempotent-Replayed": z
          .literal("true")
          .optional()
          .meta({ description: "Present if the same key placed this order before" }),
      }),
      content: { "application/json": { schema: placedOrderSchema } },
    },
    ...problemResponses(400, 401, 403, 429, 503),
    408: problemResponse(408),
    413: problemResponse(413, "The document exceeds `documentMegabytes`, or the other fields 64 KiB", [
      "document_too_large",
      "The document must not be larger than 64 MiB (the setting documentMegabytes).",
    ]),
    415: problemResponse(415, "The document or the body has an unsupported type, or the body is compressed", [
      "unsupported_document",
      "The document is none of the accepted types: PDF, TIFF, PNG, JPEG, WebP, BMP. Its content decides.",
    ]),
    409: problemResponse(409, "The first request with this Idempotency-Key is still being answered", [
      "idempotency_key_in_flight",
      "A request with this Idempotency-Key is still running. Send it again in a moment.",
    ]),
    422: problemResponse(
      422,
      "A field is invalid, the document is empty, or the Idempotency-Key belongs to another request",
    ),
  },
});

export type PlaceOrderTools = {
  store: OrderStore;
  acceptance: OrderAcceptance;
  forms: OrderForms;
  uploads: UploadStore;
  limit: RateLimit;
};

export function placeOrder({ store, acceptance, forms, uploads, limit }: PlaceOrderTools): Endpoint {
  /** Removes what was stored of the order's document, unless the order exists or may still appear. */
  async function placed(c: Context<AppEnv>, orderId: string): Promise<{ order: NewOrder } & AcceptedOrder> {
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
      const { order, orderId, replayed } = await placed(c, randomUUID());
      const { title_number, document_type, upload_bytes } = order;
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
