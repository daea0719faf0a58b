import { openDocument } from "../services/ocr-worker/src/documents/open-document.ts";
import { type DocumentLimits, defaultLimits } from "../services/ocr-worker/src/limits.ts";

/** Opens a document within these limits and, where they say nothing, the usual ones. */
export function openBytes(bytes: Uint8Array, limits: Partial<DocumentLimits> = {}) {
  return openDocument(Buffer.from(bytes), { ...defaultLimits, ...limits });
}

export async function openPage(bytes: Uint8Array, page = 1, limits: Partial<DocumentLimits> = {}) {
  const { document } = await openBytes(bytes, limits);
  return document.page(page);
}
