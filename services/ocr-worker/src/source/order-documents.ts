import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { OrderFailure, storageFailure } from "../failure.ts";
import type { DocumentSource } from "./document-source.ts";

/** What orders need to know of their documents' place. */
export type OrderDocument = Pick<OrderRecord, "order_id" | "title_number" | "document_type" | "upload_bytes">;

/** The documents of orders: those that users uploaded, and those of the document source. */
export class OrderDocuments {
  readonly #source: Pick<DocumentSource, "fetch">;
  readonly #uploads: UploadStore;

  constructor(source: Pick<DocumentSource, "fetch">, uploads: UploadStore) {
    this.#source = source;
    this.#uploads = uploads;
  }

  /** Returns the document's bytes. Throws OrderFailure, or the reason of `aborted`. */
  async fetch(order: OrderDocument, requestId: string, aborted: AbortSignal): Promise<Buffer> {
    if (order.upload_bytes === undefined) return this.#source.fetch(order, requestId, aborted);
    const document = await this.#uploads.document(order.order_id).catch((cause: unknown) => {
      throw storageFailure(cause);
    });
    aborted.throwIfAborted();
    if (!document) throw new OrderFailure("upload_missing");
    return document;
  }
}
