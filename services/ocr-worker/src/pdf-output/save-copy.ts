import type { Pdfium } from "../documents/pdf/pdfium.ts";

/** FPDF_REMOVE_SECURITY: everything is written anew, without encryption. */
const withoutSecurity = 3;
const structureBytes = 8;

/**
 * A module that only passes on a call of three 32-bit integers and its result: pdfium's memory can call
 * nothing but functions of WebAssembly.
 */
const passOn = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // The type: three i32 to an i32. The import "e" "f" of this type, which is exported as "f".
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f],
  ...[0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
]);

/**
 * An open document as pdfium writes it: unencrypted, every object under its own number and generation 0, none
 * in an object stream, all streams compressed as they were, a cross-reference table at the end. Throws an
 * Error where pdfium cannot write it.
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
    if (!module._FPDF_SaveAsCopy(document, structure, withoutSecurity)) throw new Error("not saved");
    return Buffer.concat(parts);
  } finally {
    table.set(0, null);
    pdfium.free(structure);
  }
}
