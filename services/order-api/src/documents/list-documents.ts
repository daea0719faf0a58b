import { createRoute } from "@hono/zod-openapi";
import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import { orderRequestSchema } from "@orbital-witness/common/orders/order.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { type Endpoint, problemResponse, problemResponses, security } from "../endpoint.ts";
import type { FolderLists } from "./folder-lists.ts";
import { mostDocuments, offeredDocuments } from "./offered-documents.ts";

/** `documentLists` is undefined if the documents are not in the stack's own folders. */
export type DocumentTools = { tokens: TokenVerifier; documentLists: FolderLists | undefined };

const prefixMessage = "must be the beginning of a title number: at most 10 letters and digits";
const query = z.object({
  title_number: z
    .string(prefixMessage)
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9]{0,10}$/, prefixMessage)
    .default("")
    .meta({ description: "The beginning of the title number, in any case", example: "OW12" }),
});

const answerSchema = z
  .object({
    documents: z.array(orderRequestSchema.meta({ id: "OfferedDocument" })).meta({
      description: `At most ${mostDocuments}: those in documents/, then those in samples/, each sorted`,
    }),
    source: z.enum(["folder", "elsewhere"]).meta({
      description: "`elsewhere`: the setting `documentsUrl` names another source, which cannot be listed",
    }),
  })
  .meta({ id: "OfferedDocuments" });

const unavailable = "The list of documents is not available at the moment. Orders are accepted.";

const route = createRoute({
  method: "get",
  path: "/documents",
  operationId: "listDocuments",
  tags: ["orders"],
  summary: "List the documents that can be ordered",
  description: "For suggestions while somebody types. The list is at most 5 s old.",
  security,
  request: { query },
  responses: {
    200: { description: "The documents", content: { "application/json": { schema: answerSchema } } },
    ...problemResponses(401, 422),
    503: problemResponse(503, undefined, ["documents_unavailable", unavailable]),
  },
});

export function listDocuments({ tokens, documentLists }: DocumentTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      await readingUser(tokens, c.req.raw);
      const { title_number } = parseFields(query, fieldsOf(new URL(c.req.url).searchParams));
      if (documentLists === undefined) return c.json(answer([], "elsewhere"));
      try {
        return c.json(answer(await offeredDocuments(documentLists, title_number), "folder"));
      } catch (cause) {
        throw new Problem(503, "documents_unavailable", unavailable, {
          ...{ headers: { "Retry-After": "5" }, cause },
        });
      }
    },
  };
}

function answer(
  documents: z.input<typeof answerSchema>["documents"],
  source: "folder" | "elsewhere",
): z.input<typeof answerSchema> {
  return { documents, source };
}
