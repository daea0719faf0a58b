import { createRoute } from "@hono/zod-openapi";
import { originalPictureSchema, pageTilesSchema } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { beginDownload } from "../download-span.ts";
import { pageView, readPageSchema } from "../formats/json.ts";
import type { ResultTools } from "../read-result.ts";
import { notModified, representation, resultProblems } from "../result-reply.ts";
import { noPage, pageOf } from "./page-of.ts";

const size = { width: z.int().positive(), height: z.int().positive() };

const imageSchema = z
  .object({
    ...size,
    tiles: pageTilesSchema.nullable().meta({
      description: "The tiles of the page's image; null for pages of at most 12 megapixels",
    }),
    original: originalPictureSchema
      .extend({
        scale: originalPictureSchema.shape.scale.meta({
          description: "How many pixels of the page's image one pixel of the original takes",
        }),
      })
      .nullable()
      .meta({
        description:
          "`original.jpg`, the page as it came; both pictures have the same centre. Null for a page that " +
          "was neither turned nor straightened, and for pages that earlier versions read",
      }),
  })
  .meta({ id: "PagePictures", description: "The pictures of a page, in pixels" });

const answerSchema = readPageSchema
  .extend({
    pages: z.int().positive().meta({ description: "The number of the document's pages" }),
    image: imageSchema,
  })
  .meta({ id: "SinglePage" });

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}.json",
  operationId: "getPage",
  tags: ["results"],
  summary: "Get one page of the result",
  description: "The page as in the JSON result, its pictures, and the number of the document's pages.",
  security,
  request: {
    params: orderPathSchema.extend({ page: z.int().positive() }),
    headers: z.object({
      "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
    }),
  },
  responses: {
    200: { description: "The page", content: { "application/json": { schema: answerSchema } } },
    304: { description: "The client has this page already" },
    ...problemResponses(401, 503),
    ...resultProblems,
  },
});

export function readPage(tools: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:file{[^/]+\\.json}",
    handle: async (c) => {
      const of = await pageOf(tools, c, c.req.param("file")?.slice(0, -".json".length));
      const { order, ref, page: number } = of;
      beginDownload(c, order, { route: route.path, format: "json", page: number });
      const result = number === 0 ? undefined : await read(tools.results.page(ref, number));
      if (!result) throw await noPage(tools, of);
      // Weak: another version of this service may write the same page in other bytes. The number at the end
      // is that of the answer's fields, so that a client does not keep an answer without the newer ones.
      const tag = `W/"${ref.attempt}-${number}.json-2"`;
      const unchanged = notModified(c, tag);
      if (unchanged) return unchanged;
      const end = (await read(tools.store.pages(order))).find(({ page }) => page === number);
      const view = pageView({ page: number, result, reading: end?.reading });
      const { width, height, original = null, tiles = null } = result;
      const image = { width, height, tiles, original };
      const answer = { ...view, pages: order.result_pages ?? 1, image };
      return c.json(answer, 200, representation(order, `${number}.json`, "application/json", tag));
    },
  };
}
