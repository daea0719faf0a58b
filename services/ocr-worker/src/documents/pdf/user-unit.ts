import { inflateSync } from "node:zlib";
import { PDFDict, PDFDocument, PDFName, PDFNumber } from "@cantoo/pdf-lib";

const key = "/UserUnit";
/** The limit for inflating an object stream, in bytes. Larger streams are not searched. */
const mostInflated = 32 * 1024 * 1024;

/**
 * Returns how many points one unit of a page (from 0) has. PDFium ignores the page's `UserUnit` in its sizes
 * and does not report it. 1 if there is none, or if the document is too damaged for pdf-lib.
 */
export async function userUnit(bytes: Buffer, page: number): Promise<number> {
  if (!bytes.includes(key) && !inObjectStreams(bytes)) return 1;
  try {
    const document = await PDFDocument.load(bytes, { updateMetadata: false, ignoreEncryption: true });
    const node = document.getPage(page).node;
    const unit = node instanceof PDFDict ? node.lookup(PDFName.of("UserUnit")) : undefined;
    return unit instanceof PDFNumber && unit.asNumber() > 0 ? unit.asNumber() : 1;
  } catch {
    return 1;
  }
}

/** Page dictionaries may be compressed, in object streams. */
function inObjectStreams(bytes: Buffer): boolean {
  for (let at = bytes.indexOf("/ObjStm"); at >= 0; at = bytes.indexOf("/ObjStm", at + 1)) {
    const keyword = bytes.indexOf("stream", at);
    if (keyword < 0) return false;
    const start = keyword + "stream".length + (bytes[keyword + "stream".length] === 0x0d ? 2 : 1);
    const end = bytes.indexOf("endstream", start);
    if (inflated(bytes.subarray(start, end < 0 ? undefined : end)).includes(key)) return true;
  }
  return false;
}

function inflated(stream: Buffer): Buffer {
  try {
    return inflateSync(stream, { maxOutputLength: mostInflated });
  } catch {
    // The stream is not compressed, or it is damaged.
    return stream;
  }
}
