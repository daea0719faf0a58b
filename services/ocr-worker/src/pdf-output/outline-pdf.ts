import { PDFParser } from "@cantoo/pdf-lib";
import type { PdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { Pdfium } from "../documents/pdf/pdfium.ts";
import { missingAppearances } from "./appearances.ts";
import { pageObjects } from "./page-objects.ts";
import { repairedMetadata } from "./repair-metadata.ts";
import { saveCopy } from "./save-copy.ts";
import { sectionOf } from "./xref-section.ts";

/** PDFium's memory, in bytes. The size of the file and of its copy is added. */
const memoryBytes = 256 * 1024 * 1024;
const unencrypted = -1;
/** An object with a generation other than 0. An update refers to objects by their numbers alone. */
const laterGeneration = /(?:^|[\r\n])\d+ 0*[1-9]\d* obj\b/;

/** `base`: a copy to append to, if the document itself is not suitable. */
export type OutlinedPdf = { outline: PdfOutline; base: Buffer | undefined };

/**
 * Finds the data needed to append to a PDF. Only PDFium, within its memory limit, parses the document itself.
 * pdf-lib parses the plain copy that PDFium writes, and decompresses nothing. Throws an Error if this is not
 * possible.
 */
export async function outlinePdf(bytes: Buffer): Promise<OutlinedPdf> {
  const pdfium = await Pdfium.open(memoryBytes + 2 * bytes.length);
  const { module } = pdfium;
  const document = module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0);
  if (document === 0) throw new Error("PDFium cannot open the document");
  const count = module._FPDF_GetPageCount(document);
  const isSound =
    module._FPDF_DocumentHasValidCrossReferenceTable(document) === 1 &&
    module._FPDF_GetSecurityHandlerRevision(document) === unencrypted;
  const copy = saveCopy(pdfium, document);
  const context = await PDFParser.forBytesWithOptions(copy).parseDocument();
  const pages = pageObjects(context);
  if (pages.length !== count) throw new Error(`${pages.length} pages instead of ${count}`);

  const original = isSound && isPlain(bytes) ? sectionOf(bytes) : undefined;
  const changed = [
    ...(await missingAppearances(pdfium, document, context)),
    ...(original ? [] : repairedMetadata(context)),
  ];
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

/** Whether offsets count from the first byte of the file and all objects have generation 0. */
function isPlain(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, 5) === "%PDF-" && !laterGeneration.test(bytes.toString("latin1"));
}
