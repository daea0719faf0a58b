import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import { findTile, type TilePlace } from "@orbital-witness/common/results/tile-pyramid.ts";
import { z } from "zod";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import type { ResultTools } from "../read-result.ts";
import { encoded, notModified, representation, resultProblems } from "../result-reply.ts";
import { pageFile, pageOf } from "./page-of.ts";

const jpeg = { "image/jpeg": { schema: z.string().meta({ contentMediaType: "image/jpeg" }) } };
const fromZero = z.int().nonnegative();

/** A browser keeps a tile this long without asking again. A viewer asks for the same tiles over and over. */
const cacheControl = "private, max-age=3600, immutable";

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}/tiles/{level}/{column}_{row}.jpg",
  operationId: "getPageTile",
  tags: ["results"],
  summary: "Get a tile of a large page's image",
  description:
    "A tile has 512 x 512 pixels; those at the right and at the bottom may be smaller. `image.tiles` of " +
    "the page says how many levels there are. The last level is full size. Each other level has half the " +
    "size of the next, rounded up, and level 0 fits into one tile. Pages of at most 12 megapixels have no " +
    "tiles.",
  security,
  request: {
    params: orderPathSchema.extend({
      ...{ page: z.int().positive(), level: fromZero, column: fromZero, row: fromZero },
    }),
    headers: z.object({
      "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
    }),
  },
  responses: {
    200: { description: "The tile", content: jpeg },
    304: { description: "The client has this tile already" },
    ...problemResponses(401, 503),
    ...resultProblems,
  },
});

export function readPageTile(tools: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:page/tiles/:level/:file{[^/]+\\.jpg}",
    handle: async (c) => {
      const of = await pageOf(tools, c, c.req.param("page"));
      const { order, ref, page } = of;
      const place = tilePlace(`${c.req.param("level")}/${c.req.param("file")}`);
      const file = await pageFile(tools, of, "tiles", hasNoTiles);
      const range = place && (await read(findTile(file, place)));
      if (!place || !range) throw tileNotFound(page);
      const name = `${page}.${place.level}.${place.x}_${place.y}.jpg`;
      // Strong: the file is never written again.
      const tag = `"${ref.attempt}-${name}"`;
      const unchanged = notModified(c, tag, cacheControl);
      if (unchanged) return unchanged;
      const headers = {
        ...representation(order, name, "image/jpeg", tag),
        ...{ "Cache-Control": cacheControl, "Content-Length": String(range.end - range.start) },
      };
      if (c.req.method === "HEAD") return c.body(null, 200, headers);
      const parts = tools.downloads.beginFile(encoded(file.read(range), c.var.log));
      return c.body(ReadableStream.from(parts), 200, headers);
    },
  };
}

function tilePlace(path: string): TilePlace | undefined {
  const [, level, x, y] = /^(\d{1,2})\/(\d{1,6})_(\d{1,6})\.jpg$/.exec(path) ?? [];
  return level === undefined ? undefined : { level: Number(level), x: Number(x), y: Number(y) };
}

function hasNoTiles(page: number): Problem {
  const detail = `Page ${page} has no tiles. pages/${page}.png shows it.`;
  return new Problem(404, "page_not_found", detail);
}

function tileNotFound(page: number): Problem {
  const detail = `Page ${page} has no such tile. \`image.tiles\` in pages/${page}.json says which there are.`;
  return new Problem(404, "page_not_found", detail);
}
