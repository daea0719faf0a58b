import { describe, expect, test } from "vitest";
import { openBytes, openPage } from "../../../../../tests/open-bytes.ts";

/** An odd width, so that every kind of row ends with bits or bytes to skip. */
const width = 13;
const height = 3;
/** The index of each pixel's colour, row by row from the top. */
const indices = Array.from({ length: width * height }, (_, index) => (index % 5 === 0 ? 1 : 0));
/** White paper and dark red. */
const colours = [
  [255, 255, 255],
  [200, 20, 10],
] as const;
const expected = Buffer.from(
  indices.map((index) => (index === 0 ? 255 : Math.round(0.299 * 200 + 0.587 * 20 + 0.114 * 10))),
);
const inColours = Buffer.from(indices.flatMap((index) => colours[index] ?? []));

type Kind = {
  bits: number;
  compression?: number;
  isTopDown?: boolean;
  header?: 12 | 40 | 124;
  masks?: number[];
  pixels?: Buffer;
};

/** Uncompressed rows of pixels with `bits` bits each, from the bottom or from the top. */
function rows({ bits, isTopDown = false, masks }: Kind): Buffer {
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const lines = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(rowBytes);
    for (let x = 0; x < width; x++) {
      const index = indices[y * width + x] ?? 0;
      const [red, green, blue] = colours[index] ?? colours[0];
      if (bits <= 8) {
        const at = Math.floor((x * bits) / 8);
        row[at] = (row[at] ?? 0) | (index << (8 - bits - ((x * bits) % 8)));
      } else if (bits === 24) row.set([blue, green, red], 3 * x);
      else if (bits === 16) {
        const [r, g, b] = masks ? [11, 6, 5] : [10, 5, 5];
        const greens = masks ? green >> 2 : green >> 3;
        row.writeUInt16LE(((red >> 3) << r) | (greens << (g === 6 ? 5 : b)) | (blue >> 3), 2 * x);
      } else if (masks) row.writeUInt32LE(((red << 24) | (green << 16) | (blue << 8)) >>> 0, 4 * x);
      else row.set([blue, green, red, 0], 4 * x);
    }
    return row;
  });
  return Buffer.concat(isTopDown ? lines : lines.toReversed());
}

function bmp(kind: Kind): Buffer {
  const { bits, compression = 0, isTopDown = false, header = 40, masks = [], pixels = rows(kind) } = kind;
  const entry = header === 12 ? 3 : 4;
  const palette = Buffer.alloc(bits <= 8 ? entry * 2 ** bits : 0);
  for (const [index, [red, green, blue]] of colours.entries()) {
    if (palette.length > 0) palette.set([blue, green, red], entry * index);
  }
  const head = Buffer.alloc(14 + header + (header === 40 ? 4 * masks.length : 0));
  head.write("BM");
  head.writeUInt32LE(head.length + palette.length + pixels.length, 2);
  head.writeUInt32LE(head.length + palette.length, 10);
  head.writeUInt32LE(header, 14);
  if (header === 12)
    for (const [index, value] of [width, height, 1, bits].entries())
      head.writeUInt16LE(value, 18 + 2 * index);
  else {
    head.writeInt32LE(width, 18);
    head.writeInt32LE(isTopDown ? -height : height, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(compression, 30);
    // A resolution of 200 dots per inch.
    head.writeInt32LE(7874, 38);
    for (const [index, mask] of masks.entries()) head.writeUInt32LE(mask, 54 + 4 * index);
  }
  return Buffer.concat([head, palette, pixels]);
}

/** Run-length encoded rows. With `literally` each row is one literal run; otherwise each pixel is a run. */
function runs(bits: 4 | 8, literally: boolean): Buffer {
  const bytes: number[] = [];
  for (let y = height - 1; y >= 0; y--) {
    const row = indices.slice(y * width, (y + 1) * width);
    if (literally) {
      const values =
        bits === 8 ? row : row.flatMap((value, x) => (x % 2 === 0 ? [(value << 4) | (row[x + 1] ?? 0)] : []));
      bytes.push(0, row.length, ...values, ...(values.length % 2 === 1 ? [0] : []));
    } else for (const value of row) bytes.push(1, bits === 8 ? value : (value << 4) | value);
    bytes.push(0, 0);
  }
  return Buffer.from([...bytes, 0, 1]);
}

const wide = [0xff000000, 0x00ff0000, 0x0000ff00];
const kinds: [string, Kind][] = [
  ["1 bit", { bits: 1 }],
  ["4 bits", { bits: 4 }],
  ["8 bits", { bits: 8 }],
  ["24 bits", { bits: 24 }],
  ["32 bits", { bits: 32 }],
  ["24 bits from the top", { bits: 24, isTopDown: true }],
  ["1 bit from the top", { bits: 1, isTopDown: true }],
  ["8 bits of the oldest kind", { bits: 8, header: 12 }],
  ["24 bits of the newest kind", { bits: 24, header: 124 }],
  ["32 bits with masks", { bits: 32, compression: 3, masks: wide }],
  ["32 bits with masks in the header", { bits: 32, compression: 3, masks: wide, header: 124 }],
  ["runs of 8 bits", { bits: 8, compression: 1, pixels: runs(8, false) }],
  ["runs of 4 bits", { bits: 4, compression: 2, pixels: runs(4, false) }],
  ["literal runs of 8 bits", { bits: 8, compression: 1, pixels: runs(8, true) }],
  ["literal runs of 4 bits", { bits: 4, compression: 2, pixels: runs(4, true) }],
];

describe("BMP", () => {
  test.each(kinds)("of %s", async (_, kind) => {
    const { format, document } = await openBytes(bmp(kind));
    expect({ format, pages: document.pages }).toEqual({ format: "BMP", pages: 1 });
    const { image, colour } = await document.page(1);
    const size = { width, height, dpi: kind.header === 12 ? undefined : 200 };
    expect(image).toEqual({ data: expected, ...size });
    expect(await colour?.()).toEqual({ data: inColours, ...size, channels: 3 });
  });

  test.each([
    ["16 bits", { bits: 16 }],
    ["16 bits with masks", { bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f] }],
  ] as [string, Kind][])("of %s, which are fewer shades", async (_, kind) => {
    const { image } = await openPage(bmp(kind));
    for (const [index, value] of image.data.entries()) {
      expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThanOrEqual(6);
    }
  });

  test.each(kinds)("of %s that is cut off is damaged", async (_, kind) => {
    const bytes = bmp(kind);
    const pixels = bytes.readUInt32LE(10);
    for (const end of [20, 30, pixels - 1, pixels + 3, bytes.length - 4]) {
      await expect(openPage(bytes.subarray(0, end)), String(end)).rejects.toMatchObject({
        code: "document_damaged",
      });
    }
  });

  test("that embeds another format is refused", async () => {
    await expect(openPage(bmp({ bits: 24, compression: 4 }))).rejects.toMatchObject({
      code: "document_damaged",
    });
  });

  test("with runs that leave the image is read", async () => {
    const beyond = Buffer.from([255, 1, 255, 1, 0, 2, 255, 255, 5, 1]);
    const { image } = await openPage(bmp({ bits: 8, compression: 1, pixels: beyond }));
    expect(image.data.subarray(-width)).toEqual(Buffer.alloc(width, expected[0]));
  });
});
