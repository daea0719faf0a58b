import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
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

const jpeg = { "image/jpeg": { schema: z.string().meta({ contentMediaType: "image/jpeg" }) } };

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}/original.jpg",
  operationId: "getPageOriginal",
  tags: ["results"],
  summary: "Get the image of a page as it came",
  description:
    "The page before it was turned and straightened, with at most 4 megapixels. Pages that were neither " +
    "turned nor straightened have none.",
  security,
  request: { params: orderPathSchema.extend({ page: z.int().positive() }), headers: pictureHeaders },
  responses: {
    200: { description: "The image", content: jpeg },
    206: { description: "The part of the image that `Range` requests", content: jpeg },
    304: { description: "The client has this image already" },
    ...problemResponses(401, 416, 503),
    ...resultProblems,
  },
});

export function readPageOriginal({ tokens, store, results, downloads }: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:page/original.jpg",
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const page = pageNumber(c.req.param("page"));
      const ref = resultRef(order);
      const image = page === 0 ? undefined : await read(results.file(ref, `${page}.original.jpg`));
      if (!image) {
        if (page > 0 && (await read(results.file(ref, `${page}.png`)))) throw hasNoOriginal(page);
        throw (await read(results.has(ref))) ? pageNotFound(order, page) : resultGone();
      }
      // Strong: the file is never written again.
      const tag = `"${ref.attempt}-${page}.original.jpg"`;
      const unchanged = notModified(c, tag);
      if (unchanged) return unchanged;
      const described = representation(order, `${page}.original.jpg`, "image/jpeg", tag);
      return sendPicture(c, downloads, image, described);
    },
  };
}

function hasNoOriginal(page: number): Problem {
  const detail =
    `There is no other picture of page ${page}: it was neither turned nor straightened, or an earlier ` +
    `version of this service read it. pages/${page}.png shows it.`;
  return new Problem(404, "page_not_found", detail);
}
