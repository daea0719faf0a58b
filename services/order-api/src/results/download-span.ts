import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { beginRequestSpan } from "@orbital-witness/common/tracing/request-span.ts";
import type { Context } from "hono";

/** `route`: the path of the endpoint. `format`: the end of the file's name. */
export type DownloadSpan = { route: string; format: string; page?: number };

/** Begins the span of a download, which ends when the last byte has left. */
export function beginDownload(
  c: Context<AppEnv>,
  { order_id, document_type, traceparent }: OrderRecord,
  { route, format, page }: DownloadSpan,
): void {
  beginRequestSpan(c, "download", {
    route,
    order: traceparent,
    attributes: {
      ...{ "order.id": order_id, "document.format": format },
      ...(document_type !== undefined && { "document.type": document_type }),
      ...(page !== undefined && { "page.number": page }),
    },
  });
}
