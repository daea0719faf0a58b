import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { type Endpoint, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { beginDownload } from "../download-span.ts";
import type { ResultTools } from "../read-result.ts";
import { pageFile, pageOf } from "./page-of.ts";
import { pictureHeaders, pictureResponses, sendPicture } from "./send-picture.ts";

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
  responses: pictureResponses("image/png"),
});

export function readPageImage(tools: ResultTools): Endpoint {
  return {
    route,
    path: "/orders/:id/result/pages/:file{[^/]+\\.png}",
    handle: async (c) => {
      const page = await pageOf(tools, c, c.req.param("file")?.slice(0, -".png".length));
      beginDownload(c, page.order, { route: route.path, format: "png", page: page.page });
      return sendPicture(c, tools.downloads, await pageFile(tools, page, "png"), page, "png");
    },
  };
}
