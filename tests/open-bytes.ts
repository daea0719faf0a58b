import { writeFileSync } from "node:fs";
import path from "node:path";
import { scratchFolder } from "../lib/scratch-folder.ts";
import { openDocument } from "../services/ocr-worker/src/documents/open-document.ts";
import { type DocumentLimits, defaultLimits } from "../services/ocr-worker/src/limits.ts";

/** Opens a document from a file that goes with the test. */
export function openBytes(bytes: Uint8Array, limits: Partial<DocumentLimits> = {}) {
  const file = path.join(scratchFolder(), "document");
  writeFileSync(file, bytes);
  return openDocument(file, { ...defaultLimits, ...limits });
}

export async function openPage(bytes: Uint8Array, page = 1, limits: Partial<DocumentLimits> = {}) {
  const { document } = await openBytes(bytes, limits);
  return document.page(page);
}
