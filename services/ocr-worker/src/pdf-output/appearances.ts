import { type PDFContext, PDFDict, PDFName, type PDFObject, PDFParser } from "@cantoo/pdf-lib";
import type { PdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import type { Pdfium } from "../documents/pdf/pdfium.ts";
import type { Pointer } from "../documents/pdf/pdfium-calls.ts";
import { saveCopy } from "./save-copy.ts";
import { valueOnly } from "./value-appearance.ts";

/**
 * Lets PDFium add missing appearances of form values and notes. Returns the objects that differ from
 * `before`, or none if no appearance is missing.
 */
export async function missingAppearances(
  pdfium: Pdfium,
  document: Pointer,
  before: PDFContext,
): Promise<PdfOutline["changed"]> {
  const { module } = pdfium;
  const forms = pdfium.openForms(document);
  let hasAnnotations = false;
  for (let index = 0; index < module._FPDF_GetPageCount(document); index++) {
    const page = module._FPDF_LoadPage(document, index);
    if (page === 0) continue;
    if (module._FPDFPage_GetAnnotCount(page) > 0) {
      hasAnnotations = true;
      if (forms !== 0) module._FORM_OnAfterLoadPage(page, forms);
    } else module._FPDF_ClosePage(page);
  }
  if (!hasAnnotations) return [];
  const after = await PDFParser.forBytesWithOptions(saveCopy(pdfium, document)).parseDocument();
  return after.enumerateIndirectObjects().flatMap(([ref, object]) => {
    const source = sourceOf(object);
    const known = before.lookup(ref);
    // The update writes the pages itself. The catalog only changes when PDFium adds a form without fields,
    // for the fonts, which is not needed.
    if (isOf(object, "/Page") || isOf(object, "/Catalog")) return [];
    if (known && sourceOf(known).equals(source)) return [];
    const shown = known ? source : sourceOf(valueOnly(object));
    return [{ number: ref.objectNumber, body: shown.toString("base64") }];
  });
}

function isOf(object: PDFObject, type: string): boolean {
  return object instanceof PDFDict && String(object.get(PDFName.of("Type"))) === type;
}

function sourceOf(object: PDFObject): Buffer {
  const bytes = Buffer.alloc(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes;
}
