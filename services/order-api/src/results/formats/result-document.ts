import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { type PdfOutline, readPdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { type PdfPage, readPdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import type { ResultRef, ResultStore, StoredFile } from "@orbital-witness/common/results/result-store.ts";

/** A page of a document, or why it could not be read. */
export type DocumentPage =
  | { page: number; result: PageResult; error?: never }
  | { page: number; result?: never; error: FailureReason };

/** The result of a document, as the formats write it. */
export type ResultDocument = {
  order: OrderRecord;
  pageCount: number;
  /** In page order. Each page is read when it is needed. */
  pages: () => AsyncIterable<DocumentPage>;
  /** Of a page that was read: a PNG of its result's `width` x `height`. Rejects for any other page. */
  image: (page: number) => Promise<Buffer>;
  /** The parts of its page in a PDF; undefined if they were not kept. */
  pdfPage: (page: number) => Promise<PdfPage | undefined>;
  /** For a PDF: the file that an update is appended to. Undefined if there is none. */
  pdfSource: () => Promise<{ outline: PdfOutline; base: StoredFile } | undefined>;
};

/**
 * `failures`: why pages were not read, by their numbers. `pages` throws at a page that was removed meanwhile.
 */
export function resultDocument(
  results: ResultStore,
  order: OrderRecord,
  ref: ResultRef,
  failures: ReadonlyMap<number, FailureReason>,
): ResultDocument {
  const pageCount = order.result_pages ?? 1;
  async function* pages(): AsyncGenerator<DocumentPage> {
    for (let page = 1; page <= pageCount; page++) {
      const result = await results.page(ref, page);
      const error = failures.get(page);
      if (result) yield { page, result };
      else if (error) yield { page, error };
      else throw new Error(`page ${page} of the result is gone`);
    }
  }
  async function image(page: number): Promise<Buffer> {
    const file = await results.file(ref, `${page}.png`);
    if (!file) throw new Error(`the image of page ${page} is gone`);
    return file.bytes();
  }
  async function pdfSource() {
    const outline = await readPdfOutline(results, ref);
    const base = outline && (await results.file(ref, outline.base));
    return outline && base && { outline, base };
  }
  return { order, pageCount, pages, image, pdfSource, pdfPage: (page) => readPdfPage(results, ref, page) };
}
