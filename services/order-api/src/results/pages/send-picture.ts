import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { ByteRange, StoredFile } from "@orbital-witness/common/results/result-store.ts";
import type { Context } from "hono";
import { z } from "zod";
import { problemResponses } from "../../endpoint.ts";
import { requestedRange } from "../byte-range.ts";
import type { Downloads } from "../downloads.ts";
import { encoded, notModified, representation, resultProblems } from "../result-reply.ts";
import type { PageOf } from "./page-of.ts";

/** The headers that `sendPicture` and `notModified` read. */
export const pictureHeaders = z.object({
  Range: z.string().optional().meta({ description: "One range of bytes", example: "bytes=0-1023" }),
  "If-Range": z.string().optional().meta({ description: "The `ETag` for which `Range` is meant" }),
  "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
});

/** The responses of a route that `sendPicture` answers. */
export function pictureResponses(type: "image/png" | "image/jpeg") {
  const content = { [type]: { schema: z.string().meta({ contentMediaType: type }) } };
  return {
    200: { description: "The image", content },
    206: { description: "The part of the image that `Range` requests", content },
    304: { description: "The client has this image already" },
    ...problemResponses(401, 416, 503),
    ...resultProblems,
  };
}

/** Sends a picture of a page, or the part of it that the request asks for. `end`: of the picture's name. */
export function sendPicture(
  c: Context<AppEnv>,
  downloads: Downloads,
  picture: StoredFile,
  { order, ref, page }: PageOf,
  end: "png" | "original.jpg",
): Response {
  const name = `${page}.${end}`;
  // Strong: the file is never written again.
  const tag = `"${ref.attempt}-${name}"`;
  const unchanged = notModified(c, tag);
  if (unchanged) return unchanged;
  const described = representation(order, name, end === "png" ? "image/png" : "image/jpeg", tag);
  const { size } = picture;
  const range = rangeOf(c, tag, size);
  const length = range ? range.end - range.start : size;
  const partial = range && { "Content-Range": `bytes ${range.start}-${range.end - 1}/${size}` };
  const headers = { ...described, "Accept-Ranges": "bytes", ...partial, "Content-Length": String(length) };
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const parts = downloads.beginFile(encoded(picture.read(range), c.var.log));
  return c.body(ReadableStream.from(parts), range ? 206 : 200, headers);
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
