import { createRoute } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { ResultRef, ResultStore } from "@orbital-witness/common/results/result-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import type { Context } from "hono";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema } from "../order-schemas.ts";
import type { Downloads } from "./downloads.ts";
import { type ResultSuffix, resultFormats, resultSuffixes, suffixByType } from "./formats/formats.ts";
import { resultSchema } from "./formats/json.ts";
import { resultDocument } from "./formats/result-document.ts";
import { preferredType } from "./preferred-type.ts";

export type ResultTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  results: ResultStore;
  /** What is sent at the moment; PDFs are the large ones. */
  downloads: Downloads;
};

const [firstType = "", ...otherTypes] = suffixByType.keys();
const jsonContent = { "application/json": { schema: resultSchema } };
const otherContent = Object.fromEntries(otherTypes.map((type) => [type, { schema: {} }]));
const ok = { description: "The result", content: { ...jsonContent, ...otherContent } };
const notModified = { description: "It is the one of `If-None-Match`" };

const description =
  "A page that is empty says so, and one that could not be read says why. 409 `order_not_completed` while the result may still come; " +
  "`order_failed` and `order_cancelled` where it will not. 503 `busy` while too many PDFs are written, of yours or of all. It never " +
  "changes: `ETag` is for `If-None-Match`.";

const resultRoute = createRoute({
  method: "get",
  path: "/orders/{id}/result",
  tags: ["results"],
  summary: "What was read of a completed order's document, in the format that `Accept` names",
  description: `${description} JSON where anything is accepted.`,
  security,
  request: { params: orderPathSchema },
  responses: { 200: ok, 304: notModified, ...problemResponses(401, 404, 406, 409, 503) },
});

export function readResult(tools: ResultTools): Endpoint {
  const { tokens, store } = tools;
  return {
    route: resultRoute,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      c.header("Vary", "Accept");
      const type = preferredType(c, [firstType, ...otherTypes]);
      const suffix = type && suffixByType.get(type);
      if (!type || !suffix) throw notAcceptable();
      return answer(c, tools, order, suffix, type);
    },
  };
}

const fileRoute = createRoute({
  method: "get",
  path: "/orders/{id}/result.{format}",
  tags: ["results"],
  summary: "The same in the format of the suffix",
  description,
  security,
  request: { params: orderPathSchema.extend({ format: z.enum(resultSuffixes) }) },
  responses: { 200: ok, 304: notModified, ...problemResponses(401, 404, 409, 503) },
});

export function readResultFile(tools: ResultTools): Endpoint {
  const { tokens, store } = tools;
  return {
    route: fileRoute,
    path: "/orders/:id/:file{result\\..+}",
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const suffix = c.req.param("file")?.slice("result.".length) ?? "";
      if (!isSuffix(suffix)) throw unknownFormat();
      const order = await ownOrder(store, user, c.req.param("id"));
      return answer(c, tools, order, suffix, resultFormats[suffix].types[0]);
    },
  };
}

const imageRoute = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}.png",
  tags: ["results"],
  summary: "A page as it was read: turned, straightened and enlarged as its result says",
  security,
  request: { params: orderPathSchema.extend({ page: z.int().positive() }) },
  responses: {
    200: { description: "The page", content: { "image/png": { schema: {} } } },
    304: notModified,
    ...problemResponses(401, 404, 409, 503),
  },
});

export function readPageImage({ tokens, store, results, downloads }: ResultTools): Endpoint {
  return {
    route: imageRoute,
    path: "/orders/:id/result/pages/:file{[^/]+\\.png}",
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const name = c.req.param("file")?.slice(0, -".png".length) ?? "";
      const page = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
      const ref = resultRef(order);
      const image = page === 0 ? undefined : await read(results.file(ref, `${page}.png`));
      if (!image) throw (await read(results.has(ref))) ? pageNotFound(order) : resultGone();
      c.header("Content-Length", String(image.size));
      return reply(c, order, `${page}.png`, "image/png", image.read(), (parts) => downloads.begin(parts));
    },
  };
}

async function answer(
  c: Context<AppEnv>,
  { store, results, downloads }: ResultTools,
  order: OrderRecord,
  suffix: ResultSuffix,
  type: string,
): Promise<Response> {
  const ref = resultRef(order);
  if (!(await read(results.has(ref)))) throw resultGone();
  if (type === "text/html") c.header("Content-Security-Policy", "default-src 'none'");
  const failures = failuresOf(await read(store.pages(order)));
  const content = resultFormats[suffix].write(resultDocument(results, order, ref, failures));
  const begin: Begin = (parts) =>
    suffix === "pdf" ? downloads.beginLarge(order.user_id, parts) : downloads.begin(parts);
  return reply(c, order, suffix, withCharset(type), content, begin);
}

type Begin = (parts: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** `name`: of this representation among those of the order; `begin` makes a download of it. */
function reply(
  c: Context<AppEnv>,
  order: OrderRecord,
  name: string,
  type: string,
  content: AsyncIterable<string | Uint8Array>,
  begin: Begin,
): Response {
  const { title_number, document_type, result_attempt } = order;
  // Weak: another version of this service may write the same result in other bytes.
  const tag = `W/"${result_attempt}-${name}"`;
  const cacheable = { ETag: tag, "Cache-Control": "private, no-cache" };
  if (isAmong(c.req.header("If-None-Match"), tag)) return c.body(null, 304, cacheable);
  const headers = {
    ...cacheable,
    "Content-Type": type,
    "Content-Disposition": `inline; filename="${title_number}-${document_type}.${name}"`,
    "X-Content-Type-Options": "nosniff",
  };
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const parts = encoded(content, c.var.log);
  return c.body(ReadableStream.from(begin(parts)), 200, headers);
}

function failuresOf(pages: PageEnd[]): Map<number, FailureReason> {
  return new Map(pages.flatMap((end) => (end.outcome === "failed" ? [[end.page, end.reason]] : [])));
}

/** The attempt whose result counts. Throws 409 where there is none. */
function resultRef({ order_id, status, result_attempt, reason_message }: OrderRecord): ResultRef {
  switch (status) {
    case "failed":
      throw new Problem(409, "order_failed", `There is no result: ${reason_message ?? "it failed."}`);
    case "cancelled":
      throw new Problem(409, "order_cancelled", "There is no result: the order was cancelled.");
    case "completed":
      if (result_attempt === undefined) throw resultGone();
      return { order_id, attempt: result_attempt };
    default:
      throw new Problem(409, "order_not_completed", `The order is ${status}. Ask again in a moment.`, {
        headers: { "Retry-After": "1" },
      });
  }
}

async function* encoded(content: AsyncIterable<string | Uint8Array>, log: Log): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for await (const part of content) yield typeof part === "string" ? encoder.encode(part) : part;
  } catch (err) {
    log.error({ err }, "a result broke off");
    throw err;
  }
}

function withCharset(type: string): string {
  return type.startsWith("text/") || type.endsWith("xml") ? `${type}; charset=utf-8` : type;
}

function isSuffix(suffix: string): suffix is ResultSuffix {
  return Object.hasOwn(resultFormats, suffix);
}

function isAmong(list: string | undefined, tag: string): boolean {
  return list?.split(",").some((other) => [tag, tag.slice(2), "*"].includes(other.trim())) ?? false;
}

function notAcceptable(): Problem {
  const detail = `The result is to be had as ${[...suffixByType.keys()].join(", ")}.`;
  return new Problem(406, "not_acceptable", detail, { headers: { Vary: "Accept" } });
}

function unknownFormat(): Problem {
  const names = resultSuffixes.map((suffix) => `result.${suffix}`).join(", ");
  return new Problem(404, "unknown_format", `There is no such format of a result. There are ${names}.`);
}

function pageNotFound({ result_pages = 1 }: OrderRecord): Problem {
  const detail = `There is no image of this page. The document has ${result_pages}, and those that failed have none.`;
  return new Problem(404, "page_not_found", detail);
}

function resultGone(): Problem {
  const detail = "The result of this order is not kept any more. Order the document again.";
  return new Problem(404, "result_gone", detail);
}
