import type { PageResult } from "../page-result.ts";
import type { ResultRef, ResultStore } from "../result-store.ts";
import { applyAll } from "./apply-changes.ts";
import { type Change, type Correction, DamagedCorrection } from "./correction.ts";

/** How many records are read at once. */
const atOnce = 20;

/**
 * A page as its corrections left it. `revision`: how many of them count; 0 is the page as it was read.
 * Undefined if the page was not read, or was removed. Rejects if a record is missing or damaged.
 */
export async function correctedPage(
  store: ResultStore,
  ref: ResultRef,
  page: number,
  revision: number,
): Promise<PageResult | undefined> {
  const result = await store.page(ref, page);
  return result && applyAll(result, await changesOf(store, ref, page, revision));
}

/** The changes of the first `revision` corrections of a page, oldest first. Rejects as `corrections` does. */
export async function changesOf(
  store: ResultStore,
  ref: ResultRef,
  page: number,
  revision: number,
): Promise<Change[][]> {
  const all: Change[][] = [];
  for await (const { changes } of corrections(store, ref, page, revision)) all.push(changes);
  return all;
}

/** The first `revision` corrections of a page, oldest first. Rejects if a record is missing or damaged. */
export async function* corrections(
  store: ResultStore,
  ref: ResultRef,
  page: number,
  revision: number,
): AsyncGenerator<Correction> {
  for (let first = 1; first <= revision; first += atOnce) {
    const count = Math.min(atOnce, revision - first + 1);
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const records = await Promise.all(numbers.map((number) => store.correction(ref, page, number)));
    for (const [index, record] of records.entries()) {
      if (!record) throw new DamagedCorrection(`correction ${first + index} of page ${page} is gone`);
      yield record;
    }
  }
}
