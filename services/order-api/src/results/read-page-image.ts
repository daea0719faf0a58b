import { createRoute } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { ByteRange } from "@orbital-witness/common/results/result-store.ts";
import type { Context } from "hono";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema } from "../order-schemas.ts";
import { requestedRange } from "./byte-range.ts";
import type { ResultTools } from "./read-result.ts";
import {
  encoded,
  notModified,
  pageNotFound,
  representation,
  resultGone,
  resultProblems,
  resultRef,
} from "./result-reply.ts";

const png = { "image/png": { schema: z.string().meta({ contentMediaType: "image/png" }) } };

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}.png",
  operationId: "getPageImage",
  tags: ["results"],
  summary: "Get the image of a page as it was read",
  description:
    "The page's image in its own colours; grey pages have one channel. It is turned, straightened and " +
    "scaled as `preparation` in its result says.",
  security,
  request: {
    params: orderPathSchema.extend({ page: z.int().positive() }),
    headers: z.object({
      Range: z.string().optional().meta({ description: "One range of bytes", example: "bytes=0-1023" }),
      "If-Range": z.string().optional().meta({ description: "The `ETag` for which `Range` is meant" }),
      "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
    }),
  },
  responses: {
    200: { description: "The image", content: png },
    206: { description: "The part of the image that `Range` requests", content: png },
    304: { description: "The client has this image already" },
    ...problemResponses(401, 416, 503),
    ...resultProblems,
  },
});

export function readPageImage({ tokens, store, results, downloads }: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:file{[^/]+\\.png}",
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const name = c.req.param("file")?.slice(0, -".png".length) ?? "";
      const page = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
      const ref = resultRef(order);
      const image = page === 0 ? undefined : await read(results.file(ref, `${page}.png`));
      if (!image) throw (await read(results.has(ref))) ? pageNotFound(order, page) : resultGone();
      // Strong: the file is never written again.
      const tag = `"${ref.attempt}-${page}.png"`;
      const unchanged = notModified(c, tag);
      if (unchanged) return unchanged;
      const headers = {
        ...representation(order, `${page}.png`, "image/png", tag),
        "Accept-Ranges": "bytes",
      };
      const { size } = image;
      const range = rangeOf(c, tag, size);
      const length = range ? range.end - range.start : size;
      const partial = range && { "Content-Range": `bytes ${range.start}-${range.end - 1}/${size}` };
      const all = { ...headers, ...partial, "Content-Length": String(length) };
      if (c.req.method === "HEAD") return c.body(null, 200, all);
      const parts = downloads.beginFile(encoded(image.read(range), c.var.log));
      return c.body(ReadableStream.from(parts), range ? 206 : 200, all);
    },
  };
}

/** The range to send; undefined for the whole image. Throws 416 for a range beyond its end. */
function rangeOf(c: Context<AppEnv>, tag: string, size: number): ByteRange | undefined {
  const condition = c.req.header("If-Range")?.trim();
  if (c.req.method !== "GET" || (condition !== undefined && condition !== tag)) return undefined;
  const range = requestedRange(c.req.header("Range"), size);
  if (range !== "unsatisfiable") return range;
  throw new Problem(
    416,
    "range_not_satisfiable",
    `The image has ${size} bytes, and the range begins after them.`,
    {
      headers: { "Content-Range": `bytes */${size}` },
    },
  );
}
