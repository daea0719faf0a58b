import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import { z } from "zod";
import { type Endpoint, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { beginDownload } from "../download-span.ts";
import type { ResultTools } from "../read-result.ts";
import { pageFile, pageOf } from "./page-of.ts";
import { pictureHeaders, pictureResponses, sendPicture } from "./send-picture.ts";

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
  responses: pictureResponses("image/jpeg"),
});

export function readPageOriginal(tools: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:page/original.jpg",
    handle: async (c) => {
      const page = await pageOf(tools, c, c.req.param("page"));
      beginDownload(c, page.order, { route: route.path, format: "original.jpg", page: page.page });
      const picture = await pageFile(tools, page, "original.jpg", hasNoOriginal);
      return sendPicture(c, tools.downloads, picture, page, "original.jpg");
    },
  };
}

function hasNoOriginal(page: number): Problem {
  const detail =
    `There is no other picture of page ${page}: it was neither turned nor straightened, or an earlier ` +
    `version of this service read it. pages/${page}.png shows it.`;
  return new Problem(404, "page_not_found", detail);
}
