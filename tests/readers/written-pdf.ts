import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Operation } from "@orbital-witness/common/results/corrections/operations.ts";
import { planChanges } from "@orbital-witness/common/results/corrections/plan-changes.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { savePdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { type PdfPage, savePdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { outlinePdf } from "../../services/ocr-worker/src/pdf-output/outline-pdf.ts";
import { resultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { writePdf } from "../../services/order-api/src/results/pdf/write-pdf.ts";
import { completedOrder } from "../redis/sample-order.ts";

/**
 * A page that was read, and the parts that its worker stored for the PDF. `operations`: how it was corrected.
 */
export type ReadPage = { result: PageResult; parts: PdfPage; operations?: readonly Operation[] };

/**
 * Writes a PDF and its `result.pdf` into the folder, as a worker and the Order API do, but without
 * recognition.
 */
export async function writtenPdf(
  results: ResultStore,
  folder: string,
  bytes: Buffer,
  pages: readonly ReadPage[],
): Promise<{ source: string; pdf: string }> {
  const order = completedOrder(pages.length);
  await results.save(order, "document", bytes);
  const { outline, base } = await outlinePdf(bytes);
  if (base) await results.save(order, "pdf-base", base);
  await savePdfOutline(results, order, outline);
  for (const { result, parts, operations } of pages) {
    const { page } = result;
    await savePdfPage(results, order, page, parts);
    await results.savePage(order, result, new Uint8Array());
    if (!operations) continue;
    const changes = planChanges(result, operations);
    await results.saveCorrection(order, { page, revision: 1, corrected_ms: 1, user_id: 1, changes });
  }
  const name = path.join(folder, randomUUID());
  const files = { source: `${name}.source.pdf`, pdf: `${name}.pdf` };
  await writeFile(files.source, bytes);
  await writeFile(files.pdf, writePdf(resultDocument(results, order, order)));
  return files;
}
