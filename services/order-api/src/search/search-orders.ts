import { createRoute } from "@hono/zod-openapi";
import type { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import {
  documentTypeSchema,
  orderIdSchema,
  titleNumberSchema,
} from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPath, pageImagePath, resultPath } from "../follow/order-view.ts";
import { limitSchema } from "../list/list-query.ts";
import { searchResultsSchema } from "../order-schemas.ts";
import { escapeMarkup } from "../results/formats/markup.ts";
import type { SearchHit, SearchPlace } from "./search-index.ts";
import { hitBegin, hitEnd } from "./search-index.ts";
import type { SearchIndexer } from "./search-indexer.ts";
import { maxQueryLength, parseQuery } from "./search-query.ts";
import type { SearchWorker } from "./search-worker.ts";

export type SearchTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  indexer: SearchIndexer;
  search: SearchWorker;
  /** Bounds how many searches run at once. */
  searches: ConcurrencyLimiter;
};

const qMessage = `is required: words or a "phrase", at most ${maxQueryLength} characters`;
const cursorMessage = "must be the `next` of a search";

const query = z.object({
  q: z
    .string(qMessage)
    .transform((q, context) => {
      const parsed = parseQuery(q);
      if ("match" in parsed) return parsed.match;
      context.addIssue({ code: "custom", message: parsed.problem });
      return z.NEVER;
    })
    .meta({
      description:
        'Words that must all occur on a page, in any order. `"A phrase"` in quotes must occur as it is. ' +
        "`leas*` finds words with this prefix. Case, accents, punctuation and ligatures make no difference.",
      example: '"term of years" rent*',
    }),
  title_number: titleNumberSchema.optional(),
  document_type: documentTypeSchema.optional(),
  order_id: orderIdSchema.optional().meta({ description: "Search in this order's document only" }),
  limit: limitSchema,
  cursor: z
    .string(cursorMessage)
    .regex(/^[A-Za-z0-9_-]{1,48}$/, { error: cursorMessage, abort: true })
    .refine((cursor) => placeOf(cursor) !== undefined, cursorMessage)
    .optional()
    .meta({ description: "The `next` of the previous page" }),
});

const route = createRoute({
  method: "get",
  path: "/search",
  operationId: "searchOrders",
  tags: ["search"],
  summary: "Search the pages of your completed orders",
  description:
    "Finds the pages on which all terms occur, best first, then newest. Completed orders can be found " +
    "until they expire. 503 `search_unavailable` while the index is being rebuilt, and `busy` while " +
    "too many searches are running, by you or by all users.",
  security,
  request: { query },
  responses: {
    200: {
      description: "A page of results",
      content: { "application/json": { schema: searchResultsSchema } },
    },
    ...problemResponses(401, 422, 503),
  },
});

export function searchOrders({ tokens, store, indexer, search, searches }: SearchTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const { user_id } = await readingUser(tokens, c.req.raw);
      const { q, cursor, ...rest } = parseFields(query, fieldsOf(new URL(c.req.url).searchParams));
      const from = cursor === undefined ? undefined : placeOf(cursor);
      const release = searches.acquire(user_id);
      try {
        if (!(await read(indexer.catchUp()))) throw unavailable();
        const { hits, next } = await read(search.ask("search", { user_id, match: q, from, ...rest }));
        return c.json({
          results: (await stillThere(store, hits)).map(resultOf),
          next: next === undefined ? null : cursorOf(next),
        } satisfies z.input<typeof searchResultsSchema>);
      } finally {
        release();
      }
    },
  };
}

function unavailable(): Problem {
  const detail = "The search index is being rebuilt. Try again in a while.";
  return new Problem(503, "search_unavailable", detail, { headers: { "Retry-After": "5" } });
}

/** Drops hits of orders that Redis no longer has, which the index does not notice before they expire. */
async function stillThere(store: OrderStore, hits: SearchHit[]): Promise<SearchHit[]> {
  const ids = [...new Set(hits.map(({ order_id }) => order_id))];
  const found = await read(Promise.all(ids.map((id) => store.find(id))));
  const there = new Set(found.map((order) => order?.order_id));
  return hits.filter(({ order_id }) => there.has(order_id));
}

function resultOf({ order_id, page, snippet, ...hit }: SearchHit) {
  const links = {
    order: orderPath(order_id),
    result: resultPath(order_id),
    page_image: pageImagePath(order_id, page),
  };
  const { title_number = null, document_type = null, file_name = null } = hit;
  return { order_id, title_number, document_type, file_name, page, snippet: marked(snippet), links };
}

function marked(snippet: string): string {
  const parts = snippet.split(hitBegin).map((part) => part.split(hitEnd).map(escapeMarkup).join("</mark>"));
  return parts.join("<mark>");
}

function cursorOf({ offset, newest }: SearchPlace): string {
  return Buffer.from(`${offset}.${newest}`).toString("base64url");
}

function placeOf(cursor: string): SearchPlace | undefined {
  const place = /^(\d{1,9})\.(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString());
  return place ? { offset: Number(place[1]), newest: Number(place[2]) } : undefined;
}
