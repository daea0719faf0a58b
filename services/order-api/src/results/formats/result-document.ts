import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { PageEnd, PageReading } from "@orbital-witness/common/orders/order-pages.ts";
import { correctedPage } from "@orbital-witness/common/results/corrections/corrected-page.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { type PdfOutline, readPdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { type PdfPage, readPdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import type {
  ResultRef,
  ResultStore,
  Revisions,
  StoredFile,
} from "@orbital-witness/common/results/result-store.ts";

/**
 * A page of a document, or why it could not be read. `revision`: how many corrections the result has.
 * `reading`: by whom, when, and at which attempt.
 */
export type DocumentPage = { page: number; reading?: PageReading | undefined } & (
  | { result: PageResult; revision?: number; error?: never }
  | { result?: never; revision?: never; error: FailureReason }
);

/** The result of a document, as the formats write it. */
export type ResultDocument = {
  order: OrderRecord;
  pageCount: number;
  /** In page order. Each page is read when it is needed. */
  pages: () => AsyncIterable<DocumentPage>;
  /**
   * Returns a PNG of the page, in the `width` and `height` of its result. Rejects for a page that was not
   * read.
   */
  image: (page: number) => Promise<Buffer>;
  /** Returns what the PDF needs to show the page as in the document. Undefined if this was not stored. */
  pdfPage: (page: number) => Promise<PdfPage | undefined>;
  /**
   * Returns the file that an update is appended to. Undefined if the document is not a PDF, or has no
   * outline.
   */
  pdfSource: () => Promise<{ outline: PdfOutline; base: StoredFile } | undefined>;
};

/**
 * `ends`: how the pages ended, as far as this is known. `revisions`: how many corrections of each page count,
 * by default all. `pages` throws at a page that was removed meanwhile.
 */
export function resultDocument(
  results: ResultStore,
  order: OrderRecord,
  ref: ResultRef,
  ends: readonly PageEnd[] = [],
  revisions?: Revisions,
): ResultDocument {
  const pageCount = order.result_pages ?? 1;
  const endOf = new Map(ends.map((end) => [end.page, end]));
  async function* pages(): AsyncGenerator<DocumentPage> {
    const counted = revisions ?? (await results.revisions(ref));
    for (let page = 1; page <= pageCount; page++) {
      const revision = counted.get(page) ?? 0;
      const result = await correctedPage(results, ref, page, revision);
      const end = endOf.get(page);
      const reading = end?.reading;
      if (result) yield { page, result, revision, reading };
      else if (end?.outcome === "failed") yield { page, error: end.reason, reading };
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
