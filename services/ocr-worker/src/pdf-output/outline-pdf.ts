import { PDFParser } from "@cantoo/pdf-lib";
import type { PdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { Pdfium } from "../documents/pdf/pdfium.ts";
import { missingAppearances } from "./appearances.ts";
import { pageObjects } from "./page-objects.ts";
import { saveCopy } from "./save-copy.ts";
import { sectionOf } from "./xref-section.ts";

/** For pdfium, beside the file and its copy. */
const memoryBytes = 256 * 1024 * 1024;
const unencrypted = -1;
/** A later generation of an object, which an update could not name by its number alone. */
const laterGeneration = /(?:^|[\r\n])\d+ 0*[1-9]\d* obj\b/;

/** `base`: the copy to append to where the document itself will not do. */
export type OutlinedPdf = { outline: PdfOutline; base: Buffer | undefined };

/**
 * Finds what it takes to append to a PDF. pdfium alone parses the document, within its bounds; what is parsed
 * here is its plain copy, of which nothing is decompressed. Throws an Error for a PDF that cannot be
 * outlined.
 */
export async function outlinePdf(bytes: Buffer): Promise<OutlinedPdf> {
  const pdfium = await Pdfium.open(memoryBytes + 2 * bytes.length);
  const { module } = pdfium;
  const document = module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0);
  if (document === 0) throw new Error("pdfium does not open it");
  const count = module._FPDF_GetPageCount(document);
  const isSound =
    module._FPDF_DocumentHasValidCrossReferenceTable(document) === 1 &&
    module._FPDF_GetSecurityHandlerRevision(document) === unencrypted;
  const copy = saveCopy(pdfium, document);
  const context = await PDFParser.forBytesWithOptions(copy).parseDocument();
  const pages = pageObjects(context);
  if (pages.length !== count) throw new Error(`${pages.length} pages instead of ${count}`);

  const changed = await missingAppearances(pdfium, document, context);
  const original = isSound && isPlain(bytes) ? sectionOf(bytes) : undefined;
  const section = original ?? sectionOf(copy);
  if (!section) throw new Error("no cross-reference section");
  const { Root, Info, ID } = context.trailerInfo;
  const trailer = Object.entries({ Root, Info, ID }).flatMap(([key, value]) =>
    value ? [`/${key} ${value.toString()}`] : [],
  );
  return {
    outline: {
      base: original ? "document" : "pdf-base",
      startXref: section.start,
      xref: section.kind,
      nextNumber: Math.max(
        section.size,
        context.largestObjectNumber + 1,
        ...changed.map(({ number }) => number + 1),
      ),
      trailer: trailer.join(" "),
      pages,
      changed,
    },
    base: original ? undefined : copy,
  };
}

/** Whether offsets count from the first byte, and every object is known by its number alone. */
function isPlain(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, 5) === "%PDF-" && !laterGeneration.test(bytes.toString("latin1"));
}
