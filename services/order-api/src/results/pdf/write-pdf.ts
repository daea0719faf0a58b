import type { ResultDocument } from "../formats/result-document.ts";
import { writeImagePdf } from "./new-pdf.ts";
import { writeUpdatedPdf } from "./updated-pdf.ts";

/** Writes the document itself, with the recognised text over it as invisible text. */
export async function* writePdf(document: ResultDocument): AsyncGenerator<Uint8Array> {
  const source = await document.pdfSource();
  if (source) yield* writeUpdatedPdf(document, source);
  else yield* writeImagePdf(document);
}
