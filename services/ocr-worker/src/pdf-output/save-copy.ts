import type { Pdfium } from "../documents/pdf/pdfium.ts";

/** FPDF_REMOVE_SECURITY: writes the whole document again, without encryption. */
const withoutSecurity = 3;
const structureBytes = 8;

/**
 * A module that forwards a call with three 32-bit integers and returns its result. It is needed because
 * PDFium can only call WebAssembly functions.
 */
const passOn = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // The type: three i32 to an i32. The import "e" "f" of this type, which is exported as "f".
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f],
  ...[0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
]);

/**
 * Returns an open document as PDFium writes it: unencrypted, with generation 0 for all objects, without
 * object streams, with its other streams unchanged, and with one cross-reference table at the end. Objects
 * keep their numbers. Throws an Error if PDFium cannot write it.
 */
export function saveCopy(pdfium: Pdfium, document: number): Buffer {
  const { module } = pdfium;
  const parts: Buffer[] = [];
  const write = (_structure: number, at: number, length: number) => {
    parts.push(Buffer.from(module.HEAPU8.subarray(at, at + length)));
    return 1;
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(passOn), { e: { f: write } });
  const table = pdfium.functions;
  // The table cannot grow. Its first entry, which would be the null pointer, is the only free one.
  table.set(0, exports.f);
  const structure = pdfium.allocate(structureBytes);
  try {
    const view = new DataView(module.HEAPU8.buffer);
    view.setUint32(structure, 1, true);
    view.setUint32(structure + 4, 0, true);
    if (!module._FPDF_SaveAsCopy(document, structure, withoutSecurity))
      throw new Error("PDFium cannot save the document");
    return Buffer.concat(parts);
  } finally {
    table.set(0, null);
    pdfium.free(structure);
  }
}
