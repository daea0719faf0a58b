import { createRoute } from "@hono/zod-openapi";
import { mostOperations, operationSchema } from "@orbital-witness/common/results/corrections/operations.ts";
import { z } from "zod";
import { problemResponse, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { resultProblems } from "../result-reply.ts";
import { singlePageSchema } from "./page-answer.ts";

const body = z
  .object({
    operations: z
      .array(operationSchema.meta({ id: "WordOperation" }))
      .min(1)
      .max(mostOperations)
      .meta({
        description:
          "All name the words as they are in the revision of `If-Match`, by their places in its reading " +
          "order, from 0. Each word may be changed by one operation. `join` takes words that follow each " +
          "other in a line. `split` divides the box of the word among the texts. `add` puts a word after " +
          "the word `after`, or, without it, into the line or place where its box belongs",
        example: [
          { op: "replace", word: 12, text: "OSWIN" },
          { op: "join", words: [3, 4] },
          { op: "split", word: 5, texts: ["term", "of"] },
          { op: "add", box: [310, 420, 398, 452], text: "years" },
          { op: "remove", word: 7 },
        ],
      }),
  })
  .meta({ id: "NewCorrection" });

export const correctPageRoute = createRoute({
  method: "patch",
  path: "/orders/{id}/result/pages/{page}",
  operationId: "correctPage",
  tags: ["results"],
  summary: "Correct the words of a page",
  description:
    "Does all operations or none. The page as it was read stays; `?original` returns it. All formats, the " +
    "PDF and the search follow. `If-Match` names the revision whose words are corrected: the `ETag` of the " +
    "page. If somebody has corrected the page meanwhile, the answer is 412, with the `ETag` of now.",
  security,
  request: {
    params: orderPathSchema.extend({ page: z.int().positive() }),
    headers: z.object({
      // Its absence has an answer of its own, which is not 400.
      "If-Match": z.string().optional().meta({ description: "The page's `ETag`; required" }),
    }),
    body: { required: true, content: { "application/json": { schema: body } } },
  },
  responses: {
    200: {
      description: "The corrected page",
      headers: z.object({ ETag: z.string().meta({ description: "Names the new revision" }) }),
      content: { "application/json": { schema: singlePageSchema } },
    },
    ...problemResponses(400, 401, 403, 408, 413),
    ...resultProblems,
    409: problemResponse(409, "The order has no result (yet), or the page was corrected too often", [
      "order_not_completed",
      "The order is recognizing. Ask again in a moment.",
    ]),
    412: problemResponse(412),
    415: problemResponse(415, "The body is not JSON, or is compressed"),
    422: problemResponse(422, "An operation is wrong; nothing was changed", [
      "invalid_fields",
      "operations[1].word must be the number of a word of this page: 0 to 311, not 400",
    ]),
    428: problemResponse(428),
    ...problemResponses(503),
  },
});
