import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import { applyAll, applyChanges } from "@orbital-witness/common/results/corrections/apply-changes.ts";
import { changesOf } from "@orbital-witness/common/results/corrections/corrected-page.ts";
import {
  type Change,
  type Correction,
  wordsIn,
} from "@orbital-witness/common/results/corrections/correction.ts";
import { type Operation, OperationError } from "@orbital-witness/common/results/corrections/operations.ts";
import { planChanges } from "@orbital-witness/common/results/corrections/plan-changes.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { Context } from "hono";
import type { Counter } from "prom-client";
import { orderingUser } from "../../access/callers.ts";
import { read, write } from "../../access/store-access.ts";
import type { Endpoint } from "../../endpoint.ts";
import type { SearchIndexer } from "../../search/search-indexer.ts";
import type { ResultTools } from "../read-result.ts";
import { correctPageRoute } from "./correct-page-route.ts";
import { pageAnswer, pageTag } from "./page-answer.ts";
import { noPage, type PageOf, pageOf } from "./page-of.ts";
import { readOperations, wrongOperation } from "./read-operations.ts";

/** The most corrections of a page, and words in their records. All are read whenever the page is. */
const most = { corrections: 2000, words: 20_000 };

export type CorrectionTools = ResultTools & {
  capacity: CapacityGuard;
  indexer: SearchIndexer;
  /** Counts the operations of corrections. */
  corrected: Counter<"op">;
};

export function correctPage(tools: CorrectionTools): Endpoint {
  const { tokens, store, results, capacity, indexer, corrected } = tools;
  return {
    route: correctPageRoute,
    handle: async (c) => {
      const { user_id } = await orderingUser(tokens, c.req.raw);
      const of = await pageOf(tools, c, c.req.param("page"));
      const { ref, page } = of;
      const revision = (await read(results.revisions(ref))).get(page) ?? 0;
      const { result, words } = await currentPage(tools, of, revision);
      checkMatch(c, of, revision);
      const changes = planned(result, await readOperations(c.req.raw));
      if (capacity.shortage) throw noRoom();
      if (revision >= most.corrections || words + wordsIn({ changes }) > most.words) throw tooOften();
      const correction = { page, revision: revision + 1, corrected_ms: Date.now(), user_id, changes };
      await indexer
        .changing(ref, page, () => saved(tools, of, correction))
        .catch((error: unknown) => {
          throw isFull(error) ? noRoom(error) : error;
        });
      tell(c, of, correction);
      for (const { op } of changes) corrected.inc({ op });
      const now = { result: applyChanges(result, changes), revision: revision + 1 };
      const { body, headers } = await pageAnswer(store, of, now);
      return c.json(body, 200, headers);
    },
  };
}

/** The page at this revision, and how many words its corrections have. Throws 404 if there is none. */
async function currentPage({ results }: CorrectionTools, of: PageOf, revision: number) {
  const { ref, page } = of;
  const asRead = page === 0 ? undefined : await read(results.page(ref, page));
  if (!asRead) throw await noPage({ results }, of);
  const all = await changesOf(results, ref, page, revision);
  const words = all.reduce((sum, changes) => sum + wordsIn({ changes }), 0);
  return { result: applyAll(asRead, all), words };
}

/** Throws 428 without a tag in `If-Match`, and 412 unless it is that of the revision. */
function checkMatch(c: Context<AppEnv>, of: PageOf, revision: number): void {
  const tags = c.req.header("If-Match")?.split(",").map(opaque) ?? [];
  if (tags.length === 0 || tags.includes("*")) {
    const detail =
      "If-Match must be the page's ETag, so that the words that you mean are corrected. Get the page first.";
    throw new Problem(428, "revision_required", detail);
  }
  if (!tags.includes(opaque(pageTag(of, revision)))) throw changedMeanwhile(of, revision);
}

/** The page's tags are weak, and a revision has the same words in all its representations. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

function changedMeanwhile(of: PageOf, revision: number): Problem {
  const detail =
    `Page ${of.page} is now at revision ${revision}, so your words may be others. Nothing was changed. Get ` +
    "the page again, and correct that.";
  return new Problem(412, "revision_changed", detail, { headers: { ETag: pageTag(of, revision) } });
}

function planned(page: PageResult, operations: readonly Operation[]): Change[] {
  try {
    return planChanges(page, operations);
  } catch (error) {
    throw error instanceof OperationError ? wrongOperation(error) : error;
  }
}

/** Throws 412 if another correction of the same revision was first. */
async function saved({ results }: CorrectionTools, of: PageOf, correction: Correction): Promise<void> {
  if (await write(results.saveCorrection(of.ref, correction))) return;
  const revision = (await read(results.revisions(of.ref))).get(of.page) ?? correction.revision;
  throw changedMeanwhile(of, revision);
}

/** The log has no words of a document. */
function tell(c: Context<AppEnv>, { ref, page }: PageOf, { revision, user_id, changes }: Correction): void {
  const operations: Partial<Record<Change["op"], number>> = {};
  for (const { op } of changes) operations[op] = (operations[op] ?? 0) + 1;
  c.var.log.info({ order_id: ref.order_id, page, revision, user_id, operations }, "page corrected");
}

function isFull(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && "code" in cause && ["ENOSPC", "EDQUOT"].includes(String(cause.code));
}

function noRoom(cause?: unknown): Problem {
  const detail =
    "There is no room for corrections. Nothing was changed. Free disk space, or keep orders for a shorter " +
    "time (resultDays).";
  return new Problem(503, "store_full", detail, { headers: { "Retry-After": "60" }, cause });
}

function tooOften(): Problem {
  const detail =
    `A page takes at most ${most.corrections} corrections, and ${most.words} words in them. Order the ` +
    "document again to correct it anew.";
  return new Problem(409, "corrected_too_often", detail);
}
