import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { ResultRef, ResultStore, Revisions } from "@orbital-witness/common/results/result-store.ts";
import type { Context } from "hono";
import { z } from "zod";
import { read } from "../access/store-access.ts";
import { problemResponse } from "../endpoint.ts";
import { documentName, inlineFile } from "./document-name.ts";

/** The responses of routes that return a result or a part of it. */
export const resultProblems = {
  404: problemResponse(404, "You have no order with this id, or its result has no such part"),
  409: problemResponse(409, "The order has no result (yet)", [
    "order_not_completed",
    "The order is recognizing. Ask again in a moment.",
  ]),
};

/** Returns the attempt that made the order's result. Throws 409 for an order that is not completed. */
export function resultRef({ order_id, status, result_attempt, reason_message }: OrderRecord): ResultRef {
  switch (status) {
    case "failed":
      throw new Problem(409, "order_failed", ["The order failed.", reason_message].filter(Boolean).join(" "));
    case "cancelled":
      throw new Problem(409, "order_cancelled", "The order was cancelled, so it has no result.");
    case "completed":
      if (result_attempt === undefined) throw resultGone();
      return { order_id, attempt: result_attempt };
    default:
      throw new Problem(409, "order_not_completed", `The order is ${status}. Ask again in a moment.`, {
        headers: { "Retry-After": "1" },
      });
  }
}

export function resultGone(): Problem {
  const detail = "The result of this order has expired. Order the document again.";
  return new Problem(404, "result_gone", detail);
}

/** `page` is 0 if the name is not a page number. */
export function pageNotFound({ result_pages = 1 }: OrderRecord, page: number): Problem {
  const which = page === 0 ? "This page" : `Page ${page}`;
  const detail = `${which} has no result. ${extentOf(result_pages, page)}`;
  return new Problem(404, "page_not_found", detail);
}

function extentOf(pages: number, page: number): string {
  if (page > 0 && page <= pages) return "It could not be read: the order's `pages_failed` says why.";
  return `The document has ${pages === 1 ? "1 page" : `${pages} pages`}.`;
}

/** Asks for the words as they were read: `?original` or `?original=true`. */
export const originalQuery = {
  original: z
    .enum(["", "true", "false"], "must be true or false")
    .optional()
    .transform((value) => value === "" || value === "true")
    .meta({
      description: "Leaves out the corrections: what was read is returned, as if nobody had corrected it",
    }),
};

/** How many corrections of each page a representation has: all, or none of what was read. */
export async function countedRevisions(
  results: ResultStore,
  ref: ResultRef,
  isOriginal: boolean,
): Promise<Revisions> {
  return isOriginal ? new Map() : await read(results.revisions(ref));
}

/**
 * The tag of a representation of the whole result. Corrections are only added, so their number tells which
 * there are. Weak: another version of this service may write the same result in other bytes.
 */
export function resultTag({ attempt }: ResultRef, name: string, revisions: Revisions): string {
  const corrections = [...revisions.values()].reduce((sum, revision) => sum + revision, 0);
  return `W/"${attempt}-${name}${corrections === 0 ? "" : `-r${corrections}`}"`;
}

/** Returns the headers of a representation of the order's result. `name` is the end of its file name. */
export function representation(order: OrderRecord, name: string, type: string, tag: string) {
  return {
    ETag: tag,
    "Cache-Control": "private, no-cache",
    "Content-Type": type,
    "Content-Disposition": inlineFile(`${documentName(order, "-")}.${name}`),
    "X-Content-Type-Options": "nosniff",
  };
}

/** Returns a 304 for a client that already has this representation, and undefined for any other. */
export function notModified(
  c: Context<AppEnv>,
  tag: string,
  cacheControl = "private, no-cache",
): Response | undefined {
  const known = c.req.header("If-None-Match")?.split(",") ?? [];
  const opaque = tag.replace(/^W\//, "");
  const isKnown = known.some((other) => ["*", opaque, `W/${opaque}`].includes(other.trim()));
  return isKnown ? c.body(null, 304, { ETag: tag, "Cache-Control": cacheControl }) : undefined;
}

/** Yields the parts as bytes. Logs a failure, because the client only sees a broken connection. */
export async function* encoded(
  content: AsyncIterable<string | Uint8Array>,
  log: Log,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for await (const part of content) yield typeof part === "string" ? encoder.encode(part) : part;
  } catch (err) {
    log.error({ err }, "sending a result failed");
    throw err;
  }
}
