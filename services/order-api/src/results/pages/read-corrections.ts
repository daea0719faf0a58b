import { createRoute } from "@hono/zod-openapi";
import { corrections } from "@orbital-witness/common/results/corrections/corrected-page.ts";
import { type Correction, changeSchema } from "@orbital-witness/common/results/corrections/correction.ts";
import { z } from "zod";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import type { ResultTools } from "../read-result.ts";
import { encoded, notModified, representation, resultProblems } from "../result-reply.ts";
import { pageTag } from "./page-answer.ts";
import { noPage, pageOf } from "./page-of.ts";

const correctionView = z
  .object({
    revision: z.int().positive(),
    corrected_at: z.iso.datetime(),
    user_id: z.int().meta({ description: "Who corrected the page", example: 1 }),
    changes: z.array(
      changeSchema.meta({
        id: "WordChange",
        description:
          "What an operation did: the words `before`, at the place `at` in the reading order of the " +
          "revision before, became those `after`. An added word was put `where`: `after` or `before` the " +
          "word `at`, or as a new `block` before the block `at`",
      }),
    ),
  })
  .meta({ id: "Correction" });

const answerSchema = z
  .object({
    page: z.int().positive(),
    revision: z.int().nonnegative(),
    corrections: z.array(correctionView),
  })
  .meta({ id: "Corrections" });
type View = z.input<typeof correctionView>;

const route = createRoute({
  method: "get",
  path: "/orders/{id}/result/pages/{page}/corrections",
  operationId: "getPageCorrections",
  tags: ["results"],
  summary: "List the corrections of a page",
  description: "Who changed which words when, oldest first. Empty for a page as it was read.",
  security,
  request: {
    params: orderPathSchema.extend({ page: z.int().positive() }),
    headers: z.object({
      "If-None-Match": z.string().optional().meta({ description: "The `ETag` that the client has" }),
    }),
  },
  responses: {
    200: { description: "The corrections", content: { "application/json": { schema: answerSchema } } },
    304: { description: "The client has this list already" },
    ...problemResponses(401, 503),
    ...resultProblems,
  },
});

export function readCorrections(tools: ResultTools): Endpoint {
  const { results, downloads } = tools;
  return {
    route,
    handle: async (c) => {
      const of = await pageOf(tools, c, c.req.param("page"));
      const { order, ref, page } = of;
      const isThere = page > 0 && (await read(results.file(ref, `${page}.png`))) !== undefined;
      if (!isThere) throw await noPage(tools, of);
      const revision = (await read(results.revisions(ref))).get(page) ?? 0;
      const tag = pageTag(of, revision).replace(".json", ".corrections");
      const unchanged = notModified(c, tag);
      if (unchanged) return unchanged;
      const headers = representation(order, `${page}.corrections.json`, "application/json", tag);
      if (c.req.method === "HEAD") return c.body(null, 200, headers);
      const records = corrections(results, ref, page, revision);
      const parts = encoded(written(page, revision, records), c.var.log);
      const download = await downloads.beginText(order.user_id, parts, c.req.raw.signal);
      return c.body(ReadableStream.from(download), 200, headers);
    },
  };
}

async function* written(
  page: number,
  revision: number,
  records: AsyncIterable<Correction>,
): AsyncGenerator<string> {
  yield `${JSON.stringify({ page, revision }).slice(0, -1)},"corrections":[`;
  for await (const record of records) {
    yield `${record.revision > 1 ? "," : ""}${JSON.stringify(viewOf(record))}`;
  }
  yield "]}\n";
}

function viewOf({ revision, corrected_ms, user_id, changes }: Correction): View {
  return { revision, corrected_at: new Date(corrected_ms).toISOString(), user_id, changes };
}
