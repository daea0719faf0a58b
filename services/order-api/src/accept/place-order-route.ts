import { createRoute } from "@hono/zod-openapi";
import { orderRequestSchema } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { problemResponse, problemResponses, security } from "../endpoint.ts";
import { placedOrderSchema } from "../order-schemas.ts";

const keyMessage = "must be 1 to 255 visible ASCII characters";

export const headers = z.object({
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
export const body = orderRequestSchema.extend(token).meta({ id: "NewOrder" });

/** Forms send an empty text for a field that was left empty. */
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
const { title_number, document_type } = orderRequestSchema.shape;
export const uploadBody = z.object({
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
export const route = createRoute({
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
