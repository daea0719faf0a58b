import { inflateSync } from "node:zlib";
import { type PDFContext, PDFDict, PDFName, PDFRawStream } from "@cantoo/pdf-lib";
import type { PdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";

/** Larger than any XMP packet. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Returns the metadata streams of a copy that PDFium saved, with their missing filter. PDFium keeps the
 * compressed data of metadata, but drops the entry that says so.
 */
export function repairedMetadata(context: PDFContext): PdfOutline["changed"] {
  return context.enumerateIndirectObjects().flatMap(([{ objectNumber }, object]) => {
    if (!(object instanceof PDFRawStream) || !isUnfilteredMetadata(object.dict)) return [];
    if (!isDeflated(object.contents)) return [];
    const dictionary = PDFDict.fromMapWithContext(new Map(object.dict.entries()), context);
    dictionary.set(PDFName.of("Filter"), PDFName.of("FlateDecode"));
    const repaired = PDFRawStream.of(dictionary, object.contents);
    const source = Buffer.alloc(repaired.sizeInBytes());
    repaired.copyBytesInto(source, 0);
    return [{ number: objectNumber, body: source.toString("base64") }];
  });
}

function isUnfilteredMetadata(dictionary: PDFDict): boolean {
  const type = dictionary.lookup(PDFName.of("Type"));
  return type === PDFName.of("Metadata") && !dictionary.has(PDFName.of("Filter"));
}

function isDeflated(content: Uint8Array): boolean {
  try {
    return inflateSync(content, { maxOutputLength: mostBytes }).length > 0;
  } catch {
    return false;
  }
}
