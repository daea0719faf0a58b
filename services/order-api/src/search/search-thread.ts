import path from "node:path";
import { workerData } from "node:worker_threads";
import { correctedPage } from "@orbital-witness/common/results/corrections/corrected-page.ts";
import { DamagedCorrection } from "@orbital-witness/common/results/corrections/correction.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import type { ResultRef } from "@orbital-witness/common/results/result-store.ts";
import { z } from "zod";
import { singleFile } from "../results/pdf/single-file.ts";
import { serveWork } from "../threads/serve-work.ts";
import { type IndexedPage, SearchIndex } from "./search-index.ts";
import type { OrderToIndex, SearchSettings, SearchWork } from "./search-worker.ts";

/**
 * The thread of the index. SQLite is synchronous: in the main thread, a search of 100 ms or a document of
 * hundreds of pages would block every other answer.
 */
const { resultStore, searchFolder, retentionMs }: SearchSettings = workerData;
const results = openResultStore(resultStore);
const file = path.join(searchFolder, "pages.sqlite");
/** The number of pages that are read and written in one step. A search may have to wait for one step. */
const pagesAtOnce = 20;
let opened: SearchIndex | undefined;
/** A page that is corrected while its document is put in must come after it. */
const inTurn = singleFile();

function index(): SearchIndex {
  opened ??= new SearchIndex(file, retentionMs);
  return opened;
}

const work: SearchWork = {
  stage: async () => index().stage,
  setStage: async (stage) => {
    index().stage = stage;
  },
  put: (order) => inTurn(() => put(order)),
  replacePage: (ref, page) =>
    inTurn(async () => {
      const result = await correctedPage(results, ref, page, (await results.revisions(ref)).get(page) ?? 0);
      return result !== undefined && index().replace(ref.order_id, { page, text: textOf(result) });
    }),
  search: async (search) => index().search(search),
  orders: async (search) => index().orders(search),
  remove: async (orderId) => index().remove(orderId),
  removeExpired: async () => index().removeExpired(),
  close: async () => {
    opened?.close();
    opened = undefined;
  },
};

async function put({ result_attempt, result_pages, ...order }: OrderToIndex) {
  const ref = { order_id: order.order_id, attempt: result_attempt };
  const damaged: number[] = [];
  const id = index().begin(order);
  for (let first = 1; first <= result_pages; first += pagesAtOnce) {
    const last = Math.min(first + pagesAtOnce - 1, result_pages);
    index().add(id, order.user_id, await readPages(ref, first, last, damaged));
  }
  index().finish(id);
  return { damaged };
}

/** Adds the pages that cannot be read to `damaged`. */
async function readPages(ref: ResultRef, first: number, last: number, damaged: number[]) {
  const pages: IndexedPage[] = [];
  const revisions = await results.revisions(ref);
  for (let page = first; page <= last; page += 1) {
    try {
      const result = await correctedPage(results, ref, page, revisions.get(page) ?? 0);
      if (result) pages.push({ page, text: textOf(result) });
    } catch (error) {
      if (!isDamagedPage(error)) throw error;
      damaged.push(page);
    }
  }
  return pages;
}

/**
 * Whether the content of the page's result is invalid (zlib, JSON or schema), and not, for example, the disk.
 */
function isDamagedPage(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return true;
  if (error instanceof DamagedCorrection) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

serveWork(file, work);
