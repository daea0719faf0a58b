import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { readingUser } from "../../access/callers.ts";
import { ownOrder, read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import type { ResultTools } from "../read-result.ts";
import {
  notModified,
  pageNotFound,
  representation,
  resultGone,
  resultProblems,
  resultRef,
} from "../result-reply.ts";
import { pageNumber } from "./page-number.ts";
import { pictureHeaders, sendPicture } from "./send-picture.ts";

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
    headers: pictureHeaders,
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
      const page = pageNumber(c.req.param("file")?.slice(0, -".png".length));
      const ref = resultRef(order);
      const image = page === 0 ? undefined : await read(results.file(ref, `${page}.png`));
      if (!image) throw (await read(results.has(ref))) ? pageNotFound(order, page) : resultGone();
      // Strong: the file is never written again.
      const tag = `"${ref.attempt}-${page}.png"`;
      const unchanged = notModified(c, tag);
      if (unchanged) return unchanged;
      return sendPicture(c, downloads, image, representation(order, `${page}.png`, "image/png", tag));
    },
  };
}
