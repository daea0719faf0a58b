import { createRoute } from "@hono/zod-openapi";
import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { parseFields } from "@orbital-witness/common/http/problem.ts";
import { correctedPage } from "@orbital-witness/common/results/corrections/corrected-page.ts";
import type { Context } from "hono";
import { z } from "zod";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { beginDownload } from "../download-span.ts";
import type { ResultTools } from "../read-result.ts";
import { countedRevisions, notModified, originalQuery, resultProblems } from "../result-reply.ts";
import { pageAnswer, pageTag, singlePageSchema } from "./page-answer.ts";
import { noPage, pageOf } from "./page-of.ts";

const query = z.object(originalQuery);

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}.json",
  operationId: "getPage",
  tags: ["results"],
  summary: "Get one page of the result",
  description:
    "The page as in the JSON result, its pictures, and the number of the document's pages. Its `ETag` " +
    "names its `revision`, which a correction needs.",
  security,
  request: {
    params: orderPathSchema.extend({ page: z.int().positive() }),
    query,
    headers: z.object({
      "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
    }),
  },
  responses: {
    200: { description: "The page", content: { "application/json": { schema: singlePageSchema } } },
    304: { description: "The client has this page already" },
    ...problemResponses(401, 422, 503),
    ...resultProblems,
  },
});

export function readPage(tools: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:file{[^/]+\\.json}",
    handle: (c) => answer(tools, c, c.req.param("file")?.slice(0, -".json".length)),
  };
}

const plainRoute = createRoute({
  ...route,
  path: "/orders/{id}/result/pages/{page}",
  operationId: "getPageToCorrect",
  summary: "Get one page of the result, to correct it",
  description: "The same as with `.json`: the `ETag` at this address is the one that a correction needs.",
});

/** The same at the address at which the page is corrected. */
export function readPlainPage(tools: ResultTools): Endpoint {
  return { route: plainRoute, handle: (c) => answer(tools, c, c.req.param("page")) };
}

async function answer(tools: ResultTools, c: Context<AppEnv>, name: string | undefined): Promise<Response> {
  const of = await pageOf(tools, c, name);
  const { order, ref, page } = of;
  beginDownload(c, order, { route: route.path, format: "json", page });
  const { original } = parseFields(query, fieldsOf(new URL(c.req.url).searchParams));
  const revision = (await countedRevisions(tools.results, ref, original)).get(page) ?? 0;
  const result = page === 0 ? undefined : await read(correctedPage(tools.results, ref, page, revision));
  if (!result) throw await noPage(tools, of);
  const unchanged = notModified(c, pageTag(of, revision));
  if (unchanged) return unchanged;
  const { body, headers } = await pageAnswer(tools.store, of, { result, revision });
  return c.json(body, 200, headers);
}
