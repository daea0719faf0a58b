const [headerLength, recordLength] = [12, 16];

/**
 * The smallest TrueType font that a PDF may contain (ISO 32000-1, 9.9). Its only glyph is as wide as
 * `advance`, and is a line, which paints nothing. The glyph has a box, because PDFium skips vertical text
 * without one.
 */
export function emptyTrueType(unitsPerEm: number, advance: number): Uint8Array {
  const bigEndian = (...words: number[]) =>
    new Uint8Array(words.flatMap((word) => [(word >> 8) & 255, word & 255]));
  // The tables in 16-bit words, by name and in order.
  const tables = {
    // One contour from corner to corner of the glyph: end point 1, no instructions, two points.
    glyf: bigEndian(1, 0, 0, advance, unitsPerEm, 1, 0, 0x3101, advance, unitsPerEm),
    head: bigEndian(
      ...[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, unitsPerEm],
      // Created and modified in 1904. The box, no style, and the short form of `loca`.
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, advance, unitsPerEm, 0, 3, 2, 0, 0],
    ),
    hhea: bigEndian(1, 0, unitsPerEm, 0, 0, advance, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
    hmtx: bigEndian(advance, 0),
    loca: bigEndian(0, 10),
    maxp: bigEndian(1, 0, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
  };
  const entries = Object.entries(tables);
  let offset = headerLength + recordLength * entries.length;
  const records: Uint8Array[] = [];
  const contents: Uint8Array[] = [];
  for (const [tag, content] of entries) {
    const padded = new Uint8Array(Math.ceil(content.length / 4) * 4);
    padded.set(content);
    const sum = checksum(padded);
    const fields = [sum, offset, content.length].flatMap((field) => [field >>> 16, field & 0xffff]);
    records.push(Buffer.from(tag, "latin1"), bigEndian(...fields));
    contents.push(padded);
    offset += padded.length;
  }
  const powerOfTwo = 2 ** Math.floor(Math.log2(entries.length));
  const search = [powerOfTwo * 16, Math.log2(powerOfTwo), (entries.length - powerOfTwo) * 16];
  return Buffer.concat([bigEndian(1, 0, entries.length, ...search), ...records, ...contents]);
}

function checksum(content: Uint8Array): number {
  const view = new DataView(content.buffer);
  let sum = 0;
  for (let at = 0; at < content.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}
