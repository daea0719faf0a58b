import type { DocumentLimits } from "../limits.ts";
import { openBmp } from "./bmp.ts";
import type { Document } from "./document.ts";
import { detectFormat, type Format } from "./format.ts";
import { openPicture, openTiff } from "./image.ts";
import { openPdf } from "./pdf.ts";

const openers: Record<Format["name"], (path: string, limits: DocumentLimits) => Promise<Document>> = {
  PDF: openPdf,
  TIFF: openTiff,
  PNG: openPicture,
  JPEG: openPicture,
  WebP: openPicture,
  BMP: openBmp,
};

/**
 * The file as a document of its kind, whose pages are within the limits. Throws OrderFailure where it cannot be read. Rejects as node:fs
 * does where there is no file.
 */
export async function openDocument(
  path: string,
  limits: DocumentLimits,
): Promise<{ format: string; document: Document }> {
  const { name } = await detectFormat(path);
  return { format: name, document: await openers[name](path, limits) };
}
