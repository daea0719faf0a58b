import { createRoute } from "@hono/zod-openapi";
import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import type { Context } from "hono";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema } from "../order-schemas.ts";
import { beginDownload } from "./download-span.ts";
import type { Downloads } from "./downloads.ts";
import { type ResultSuffix, resultFormats, resultSuffixes, suffixByType } from "./formats/formats.ts";
import { resultSchema } from "./formats/json.ts";
import { resultDocument } from "./formats/result-document.ts";
import { writePreparedPdf } from "./pdf/new-pdf.ts";
import { preferredType } from "./preferred-type.ts";
import {
  countedRevisions,
  encoded,
  notModified,
  originalQuery,
  representation,
  resultGone,
  resultProblems,
  resultRef,
  resultTag,
} from "./result-reply.ts";
import { formsVersion } from "./structure/fields/forms.ts";
import { type StructureName, structureFormats } from "./structure/structure-formats.ts";

const allFormats = { ...resultFormats, ...structureFormats };

export type ResultTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  results: ResultStore;
  downloads: Downloads;
};

const [firstType = "", ...otherTypes] = suffixByType.keys();
const jsonContent = { "application/json": { schema: resultSchema } };
const otherContent = Object.fromEntries(otherTypes.map((type) => [type, { schema: {} }]));
const responses = {
  200: { description: "The result", content: { ...jsonContent, ...otherContent } },
  304: { description: "The client has this result already" },
};
export const headers = z.object({
  "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
});

/** `original` and `prepared` are the same in all formats but PDF. */
const views = ["original", "prepared"] as const;
export const query = z.object({
  ...originalQuery,
  view: z
    .enum(views, `must be one of ${views.join(", ")}`)
    .default("original")
    .meta({
      description:
        "What `result.pdf` shows: the document itself with invisible text over it (`original`), or its " +
        "pages as they were read (`prepared`)",
    }),
});

const description =
  "Empty pages, and pages that could not be read, are marked as such. 409 `order_not_completed` " +
  "until the order ends; 409 `order_failed` or `order_cancelled` if it ended without a result. 503 " +
  "`busy` while too many results are being sent, to you or to all users. A result changes only if a page " +
  "is corrected, and its `ETag` with it. It is always sent whole.";

const resultRoute = createRoute({
  method: "get",
  path: "/orders/{id}/result",
  operationId: "getResult",
  tags: ["results"],
  summary: "Get the result in the format chosen by Accept",
  description: `Returns the result of a completed order, as JSON if any format is accepted. ${description}`,
  security,
  request: { params: orderPathSchema, query, headers },
  responses: { ...responses, ...problemResponses(401, 406, 422, 503), ...resultProblems },
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
  operationId: "getResultFile",
  tags: ["results"],
  summary: "Get the result in the format of the suffix",
  description: `Returns the result of a completed order. ${description}`,
  security,
  request: { params: orderPathSchema.extend({ format: z.enum(resultSuffixes) }), query, headers },
  responses: { ...responses, ...problemResponses(401, 422, 503), ...resultProblems },
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

/** Sends the result of an order in a format. Throws the problems of results. */
export async function answer(
  c: Context<AppEnv>,
  { store, results, downloads }: ResultTools,
  order: OrderRecord,
  suffix: ResultSuffix | StructureName,
  type: string,
): Promise<Response> {
  const route = isSuffix(suffix) ? fileRoute.path : `/orders/{id}/result/${suffix}`;
  beginDownload(c, order, { route, format: suffix });
  const { view, original } = parseFields(query, fieldsOf(new URL(c.req.url).searchParams));
  const isPrepared = suffix === "pdf" && view === "prepared";
  const name = isPrepared ? "prepared.pdf" : suffix;
  const ref = resultRef(order);
  if (!(await read(results.has(ref)))) throw resultGone();
  const revisions = await countedRevisions(results, ref, original);
  const tag = resultTag(ref, isDerived(suffix) ? `${name}-${formsVersion}` : name, revisions);
  const unchanged = notModified(c, tag);
  if (unchanged) return unchanged;
  if (type === "text/html") c.header("Content-Security-Policy", "default-src 'none'");
  const headers = {
    ...representation(order, name, withCharset(type), tag),
    // Generated while it is sent, so the position of a range is unknown.
    "Accept-Ranges": "none",
  };
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const ends = await read(store.pages(order));
  const { write } = isPrepared ? { write: writePreparedPdf } : allFormats[suffix];
  const content = write(resultDocument(results, order, ref, ends, revisions));
  const parts = encoded(content, c.var.log);
  const download =
    suffix === "pdf"
      ? downloads.beginPdf(order.user_id, parts)
      : await downloads.beginText(order.user_id, parts, c.req.raw.signal);
  return c.body(ReadableStream.from(download), 200, headers);
}

/** Fields change with the descriptions of forms, although the words stay the same. */
function isDerived(suffix: ResultSuffix | StructureName): boolean {
  return suffix === "json" || !isSuffix(suffix);
}

function withCharset(type: string): string {
  return type.startsWith("text/") || type.endsWith("xml") ? `${type}; charset=utf-8` : type;
}

function isSuffix(suffix: string): suffix is ResultSuffix {
  return Object.hasOwn(resultFormats, suffix);
}

function notAcceptable(): Problem {
  const detail = `The result is available as ${[...suffixByType.keys()].join(", ")}.`;
  return new Problem(406, "not_acceptable", detail, { headers: { Vary: "Accept" } });
}

function unknownFormat(): Problem {
  const names = resultSuffixes.map((suffix) => `result.${suffix}`).join(", ");
  return new Problem(404, "unknown_format", `A result has no such format. There are ${names}.`);
}
