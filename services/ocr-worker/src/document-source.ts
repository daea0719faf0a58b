import type { OrderRequest } from "@orbital-witness/common/orders/order.ts";
import { OrderFailure } from "./failure.ts";
import { extensions } from "./formats.ts";

const maxBytes = 32 * 1024 * 1024;

/** Documents at `<base>/<title_number>/<document_type>.<extension>`. */
export class DocumentSource {
  readonly #base: string;
  readonly #limitMs: number;

  /** `base` is an http(s) address without a slash at its end; `limitMs` bounds one `fetch`, all its tries together. */
  constructor(base: string, limitMs = 10_000) {
    this.#base = base;
    this.#limitMs = limitMs;
  }

  /**
   * The document's bytes, from the first extension that the source has. Throws OrderFailure, or the reason of `aborted`.
   */
  async fetch(
    { title_number, document_type }: OrderRequest,
    requestId: string,
    aborted: AbortSignal,
  ): Promise<Buffer> {
    const limited = AbortSignal.any([aborted, AbortSignal.timeout(this.#limitMs)]);
    for (const extension of extensions) {
      const url = `${this.#base}/${title_number}/${document_type}.${extension}`;
      try {
        const bytes = await fetchOne(url, requestId, limited);
        if (bytes) return bytes;
      } catch (cause) {
        aborted.throwIfAborted();
        throw cause instanceof OrderFailure ? cause : new OrderFailure("source_unavailable", { cause });
      }
    }
    throw new OrderFailure("document_not_found");
  }
}

/** Undefined where the source has no such document. */
async function fetchOne(url: string, requestId: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const headers = { "X-Request-Id": requestId, "Accept-Encoding": "identity" };
  // A redirect is not followed: it could lead anywhere that the worker reaches and its customer does not.
  const response = await fetch(url, { headers, signal, redirect: "manual" });
  if (response.ok) return await readBytes(response);
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  const passing = response.status >= 500 || response.status === 429;
  const cause = new Error(`the source answered ${response.status}`);
  throw new OrderFailure(passing ? "source_unavailable" : "source_refused", { cause });
}

/** Counts what is read: a Content-Length is only a claim. */
async function readBytes(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new OrderFailure("document_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
