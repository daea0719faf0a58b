import type { ReadPicture } from "../services/ocr-worker/src/documents/document.ts";
import { openDocument } from "../services/ocr-worker/src/documents/open-document.ts";
import { type DocumentLimits, defaultLimits } from "../services/ocr-worker/src/limits.ts";

/** A reader for tests without a recognition engine. It finds no text on any picture. */
const readNothing: ReadPicture = async () => [];

/** Opens a document within these limits. Limits that are not given have their usual values. */
export async function openBytes(bytes: Uint8Array, limits: Partial<DocumentLimits> = {}) {
  const { format, document } = await openDocument(Buffer.from(bytes), { ...defaultLimits, ...limits });
  const page = (number: number, read = readNothing) => document.page(number, read);
  return { format, document: { pages: document.pages, page } };
}

export async function openPage(
  bytes: Uint8Array,
  page = 1,
  limits: Partial<DocumentLimits> = {},
  read = readNothing,
) {
  const { document } = await openBytes(bytes, limits);
  return document.page(page, read);
}
