import type { Format } from "@orbital-witness/common/documents/format.ts";
import { OrderFailure } from "../failure.ts";
import type { DocumentLimits } from "../limits.ts";
import type { Document } from "./document.ts";
import { detectFormat } from "./format.ts";
import { openBmp } from "./image/bmp.ts";
import { openPicture, openTiff } from "./image/image.ts";
import { openPdf } from "./pdf/pdf.ts";

const openers: Record<Format["name"], (bytes: Buffer, limits: DocumentLimits) => Promise<Document>> = {
  PDF: openPdf,
  TIFF: openTiff,
  PNG: openPicture,
  JPEG: openPicture,
  WebP: openPicture,
  BMP: openBmp,
};

/**
 * Opens a document of any supported format. Throws OrderFailure if it is none, is damaged or exceeds a limit.
 */
export async function openDocument(
  bytes: Buffer,
  limits: DocumentLimits,
): Promise<{ format: string; document: Document }> {
  const { name } = detectFormat(bytes);
  const document = await openers[name](bytes, limits).catch(damagedAsWhole);
  if (document.pages > 1) return { format: name, document };
  return {
    format: name,
    document: { pages: 1, page: (_, read) => document.page(1, read).catch(damagedAsWhole) },
  };
}

/** If the only page of a document is damaged, the document is reported as damaged. */
function damagedAsWhole(error: unknown): never {
  if (!(error instanceof OrderFailure && error.code === "page_damaged")) throw error;
  throw new OrderFailure("document_damaged", { cause: error });
}
