import http from "node:http";
import https from "node:https";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { extensions } from "@orbital-witness/common/documents/format.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { activeTraceparent } from "@orbital-witness/common/tracing/spans.ts";
import { OrderFailure } from "../failure.ts";
import { type DocumentLimits, defaultLimits, documentInflates, documentTooLarge } from "../limits.ts";

const mostRedirects = 3;
const kibibyte = 1024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const decompressors: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

export type DocumentSourceOptions = {
  limits?: DocumentLimits;
  /**
   * How long one `fetch` may take in ms, including all its requests. The time for the received bytes is
   * added.
   */
  limitMs?: number;
  /** The minimum average speed of a download. */
  leastBytesPerSecond?: number;
};

/** Fetches documents from `<base>/<title_number>/<document_type>.<extension>`. */
export class DocumentSource {
  readonly #base: URL;
  readonly #limits: DocumentLimits;
  readonly #limitMs: number;
  readonly #leastBytesPerSecond: number;

  /** `base` is an http(s) address without a slash at its end. */
  constructor(base: string, options: DocumentSourceOptions = {}) {
    const { limits = defaultLimits, limitMs = 10_000, leastBytesPerSecond = 512 * kibibyte } = options;
    this.#base = new URL(`${base}/`);
    this.#limits = limits;
    this.#limitMs = limitMs;
    this.#leastBytesPerSecond = leastBytesPerSecond;
  }

  /**
   * Returns the document's bytes, decompressed, from the first extension that the source has. Throws
   * OrderFailure, or the reason of `aborted`.
   */
  async fetch(
    { title_number, document_type }: Pick<OrderRecord, "title_number" | "document_type">,
    requestId: string,
    aborted: AbortSignal,
  ): Promise<Buffer> {
    if (title_number === undefined || document_type === undefined)
      throw new OrderFailure("document_not_found");
    const { Agent } = this.#protocol;
    const patience = new Patience(this.#limitMs, this.#leastBytesPerSecond);
    const signal = AbortSignal.any([aborted, patience.signal]);
    const traceparent = activeTraceparent();
    const headers = {
      ...{ "X-Request-Id": requestId, "Accept-Encoding": [...decompressors.keys()].join(", ") },
      ...(traceparent !== undefined && { traceparent }),
    };
    // These connections serve this document only. A kept connection that the source closes meanwhile would
    // look like a fault.
    const agent = new Agent({ keepAlive: true });
    try {
      for (const extension of extensions) {
        const url = new URL(`${title_number}/${document_type}.${extension}`, this.#base);
        const bytes = await this.#fetchOne(url, { agent, headers, signal }, patience);
        if (bytes) return bytes;
      }
      throw new OrderFailure("document_not_found");
    } catch (cause) {
      aborted.throwIfAborted();
      throw cause instanceof OrderFailure ? cause : new OrderFailure("source_unavailable", { cause });
    } finally {
      patience.end();
      agent.destroy();
    }
  }

  get #protocol(): Pick<typeof http | typeof https, "get" | "Agent"> {
    return this.#base.protocol === "https:" ? https : http;
  }

  /** Undefined if the source has no such document. */
  async #fetchOne(url: URL, options: http.RequestOptions, patience: Patience): Promise<Buffer | undefined> {
    let from = url;
    for (let count = 0; count <= mostRedirects; count++) {
      const response = await this.#get(from, options);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return await readBytes(response, this.#limits, patience);
      response.resume();
      if (status === 404) return undefined;
      if (!redirects.has(status)) {
        const cause = new Error(`the source answered ${status}`);
        throw new OrderFailure(status >= 500 || status === 429 ? "source_unavailable" : "source_refused", {
          cause,
        });
      }
      from = this.#within(from, response.headers.location);
    }
    throw redirected(`more than ${mostRedirects} redirects`);
  }

  #get(url: URL, options: http.RequestOptions): Promise<http.IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    this.#protocol.get(url, options, resolve).on("error", reject);
    return promise;
  }

  /**
   * Returns the target of a redirect. It must be below the base address, because the worker can reach more
   * hosts than its customers can.
   */
  #within(from: URL, location: string | undefined): URL {
    const to = URL.parse(location ?? "", from.href);
    if (!to || location === undefined) throw redirected("a redirect to no address");
    const { origin, pathname } = this.#base;
    // An encoded slash or backslash is one name to us, but may be a separator to the source.
    const isBelow = to.pathname.startsWith(pathname) && !/%(2f|5c)/i.test(to.pathname);
    if (to.origin !== origin || to.username || to.password || !isBelow) {
      throw redirected("a redirect away from the documents' address");
    }
    return to;
  }
}

function redirected(cause: string): OrderFailure {
  return new OrderFailure("source_redirects", { cause: new Error(cause) });
}

/** Aborts its signal after `limitMs`, extended by the time that the received bytes may take. */
class Patience {
  readonly #controller = new AbortController();
  readonly #bytesPerMs: number;
  readonly #startedAt = performance.now();
  #allowedMs: number;
  #timer: NodeJS.Timeout;

  constructor(limitMs: number, leastBytesPerSecond: number) {
    this.#allowedMs = limitMs;
    this.#bytesPerMs = leastBytesPerSecond / 1000;
    this.#timer = setTimeout(() => this.#look(), limitMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  received(bytes: number): void {
    this.#allowedMs += bytes / this.#bytesPerMs;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const leftMs = this.#startedAt + this.#allowedMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#look(), leftMs);
    else this.#controller.abort(new Error("the source does not answer, or answers too slowly"));
  }
}

async function readBytes(
  response: http.IncomingMessage,
  limits: DocumentLimits,
  patience: Patience,
): Promise<Buffer> {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  const decompressor = decompressors.get(encoding)?.();
  if (!decompressor && encoding !== "identity") {
    response.destroy();
    const cause = new Error(`the source answered in the encoding ${JSON.stringify(encoding)}`);
    throw new OrderFailure("source_refused", { cause });
  }
  const sent = received(response, limits, patience);
  if (!decompressor) return await collect(sent);
  try {
    return await pipeline(sent, decompressor, (bytes: AsyncIterable<Uint8Array>) =>
      collect(decompressed(bytes, limits)),
    );
  } catch (cause) {
    // The response arrived completely, so a retry would get the same bytes.
    throw cause instanceof OrderFailure ? cause : new OrderFailure("document_damaged", { cause });
  }
}

/** Counts the bytes received, because the Content-Length may be wrong. */
async function* received(
  response: http.IncomingMessage,
  limits: DocumentLimits,
  patience: Patience,
): AsyncGenerator<Uint8Array, void> {
  let length = 0;
  try {
    for await (const chunk of response) {
      length += chunk.length;
      patience.received(chunk.length);
      if (length > limits.bytes) throw documentTooLarge(limits);
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof OrderFailure ? cause : new OrderFailure("source_unavailable", { cause });
  }
}

async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  limits: DocumentLimits,
): AsyncGenerator<Uint8Array, void> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > limits.decompressedBytes) throw documentInflates(limits);
    yield chunk;
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
