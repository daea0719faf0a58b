import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawGrey, drawTiff } from "../../../../../tests/documents.ts";
import { openBytes, openPage } from "../../../../../tests/open-bytes.ts";
import { drawLine } from "../../../../../tests/scan.ts";

const text = "This lease is dated";
const line = drawLine(text);
const { data: grey, info } = await drawGrey(text);
const size = { width: info.width, height: info.height };
const raw = { raw: { ...size, channels: 1 } } as const;
/** A JPEG as a scanner writes it, with a JFIF header of 300 dots per inch. */
const jfif = Buffer.from("ffe000104a46494600010101012c012c0000", "hex");
const bare = await sharp(grey, raw).jpeg({ quality: 100 }).toBuffer();
const jpeg = Buffer.concat([bare.subarray(0, 2), jfif, bare.subarray(2)]);

/** The largest difference between a pixel and its expected value. */
function difference(data: Buffer, expected: Buffer): number {
  expect(data.length).toBe(expected.length);
  return data.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? 0))), 0);
}

describe("an image becomes grey", () => {
  const cmyk = () => line.clone().toColourspace("cmyk").jpeg({ quality: 100 });
  const wide = () => sharp(grey, raw).toColourspace("grey16").withDensity(300).png();
  test.each([
    ["PNG", () => line.clone().png().toBuffer(), 0],
    ["PNG, interlaced", () => line.clone().png({ progressive: true }).toBuffer(), 0],
    ["PNG, 16 bits", () => wide().toBuffer(), 0],
    ["PNG, palette", () => line.clone().png({ palette: true }).toBuffer(), 8],
    ["JPEG", () => line.clone().jpeg({ quality: 100 }).toBuffer(), 8],
    ["JPEG, progressive", () => line.clone().jpeg({ quality: 100, progressive: true }).toBuffer(), 8],
    ["JPEG, CMYK", () => cmyk().toBuffer(), 40],
    ["WebP", () => line.clone().webp({ quality: 100 }).toBuffer(), 16],
    ["WebP, lossless", () => line.clone().webp({ lossless: true }).toBuffer(), 0],
    ["TIFF, LZW", () => drawTiff([text], { compression: "lzw" }), 0],
    ["TIFF, JPEG", () => drawTiff([text], { compression: "jpeg", quality: 100 }), 8],
    ["TIFF, tiles", () => drawTiff([text], { compression: "deflate", tile: true }), 0],
  ])("%s", async (name, encode, most) => {
    const { format, document } = await openBytes(await encode());
    expect(format).toBe(name.split(",")[0]);
    expect(document.pages).toBe(1);
    const { image, text } = await document.page(1);
    expect(text).toBeUndefined();
    expect(image).toMatchObject(size);
    expect(difference(image.data, grey)).toBeLessThanOrEqual(most);
    expect(image.dpi).toBeCloseTo(300, 6);
  });
});

describe("an image is decoded again in its colours", () => {
  const red = line.clone().flatten({ background: "white" }).tint("red").toColourspace("srgb");
  test.each([
    ["PNG", () => red.clone().png(), 0],
    ["JPEG", () => red.clone().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }), 8],
    ["WebP, lossless", () => red.clone().webp({ lossless: true }), 0],
    ["TIFF", () => red.clone().tiff({ compression: "lzw" }), 0],
    ["TIFF, turned", () => red.clone().tiff({ compression: "lzw" }).withMetadata({ orientation: 3 }), 0],
  ])("%s", async (name, encode, most) => {
    const { image, colour } = await openPage(await encode().toBuffer());
    const coloured = await colour?.();
    expect(coloured).toMatchObject({ width: image.width, height: image.height, channels: 3 });
    const shown = name.endsWith("turned") ? red.clone().rotate(180) : red.clone();
    const pixels = await shown.removeAlpha().raw().toBuffer();
    expect(difference(coloured?.data ?? Buffer.alloc(0), pixels)).toBeLessThanOrEqual(most);
  });

  test.each([
    ["one channel", () => sharp(grey, raw).toColourspace("b-w").png()],
    ["16 bits", () => sharp(grey, raw).toColourspace("grey16").png()],
    ["three equal channels", () => line.clone().png()],
    ["three channels of a JPEG", () => line.clone().jpeg()],
  ])("but not if it is grey: %s", async (_, encode) => {
    const { colour } = await openPage(await encode().toBuffer());
    expect(await colour?.()).toBeUndefined();
  });
});

test.each([
  { compression: "ccittfax4", bitdepth: 1 },
  { compression: "ccittfax4", bitdepth: 1, miniswhite: true },
  { compression: "lzw" },
  { compression: "lzw", predictor: "horizontal", bigtiff: true },
] as const)("a TIFF of many pages, %j", async (options) => {
  const lines = ["One", "Two", "Three"];
  const { format, document } = await openBytes(await drawTiff(lines, options));
  expect({ format, pages: document.pages }).toEqual({ format: "TIFF", pages: 3 });
  for (const [index, line] of lines.entries()) {
    const { image } = await document.page(index + 1);
    expect(image).toMatchObject({ ...size, dpi: 300 });
    const { data } = await drawGrey(line);
    const most = "bitdepth" in options ? 128 : 0;
    expect(difference(image.data, data)).toBeLessThanOrEqual(most);
  }
});

test("transparent pixels become white", async () => {
  const clear = { create: { width: 20, height: 10, channels: 4, background: "#0000" } } as const;
  for (const bytes of [await sharp(clear).png().toBuffer(), await sharp(clear).webp().toBuffer()]) {
    const { image } = await openPage(bytes);
    expect(image.data).toEqual(Buffer.alloc(200, 255));
  }
});

test("an image is turned as its Exif orientation says", async () => {
  // The camera lay on its side, so the top of the page is at the right of the image.
  const turned = sharp(grey, raw).rotate(90);
  for (const encode of [() => turned.clone().png(), () => turned.clone().tiff({ compression: "lzw" })]) {
    const { image } = await openPage(await encode().withMetadata({ orientation: 8 }).toBuffer());
    expect(image).toMatchObject(size);
    expect(difference(image.data, grey)).toBe(0);
  }
});

test("pixels that are not square, such as those of a fax, become square", async () => {
  const fax = await sharp(grey, raw)
    .toColourspace("b-w")
    .tiff({ compression: "ccittfax4", bitdepth: 1, xres: 204 / 25.4, yres: 98 / 25.4 })
    .toBuffer();
  const { image } = await openPage(fax);
  expect(image).toMatchObject({ width: 900, height: 250, dpi: 204, data: { length: 900 * 250 } });
});

test.each([72, 96, 5000])("a resolution of %i dots per inch is ignored", async (density) => {
  const { image } = await openPage(await line.clone().withDensity(density).png().toBuffer());
  expect(image.dpi).toBeUndefined();
});

test("bytes between the parts of a JPEG, as some cameras leave them, are harmless", async () => {
  const jpeg = await line.clone().jpeg({ quality: 100 }).toBuffer();
  const { image } = await openPage(
    Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(5, 7), jpeg.subarray(-2)]),
  );
  expect(difference(image.data, grey)).toBeLessThanOrEqual(8);
});

test("pixels of a PNG and a JPEG that are not square become square", async () => {
  const png = await line.clone().withDensity(204).png().toBuffer();
  // The resolution down is half of that across. In a pHYs chunk and a JFIF header it stands after the other.
  png.writeUInt32BE(Math.round(102 / 0.0254), png.indexOf("pHYs") + 8);
  const fax = Buffer.from(jpeg);
  fax.writeUInt8(1, 13);
  fax.writeUInt16BE(204, 14);
  fax.writeUInt16BE(102, 16);
  for (const bytes of [png, fax]) {
    const { image } = await openPage(withChecksum(bytes));
    expect(image).toMatchObject({ width: size.width, height: 2 * size.height });
    expect(image.dpi).toBeCloseTo(204, 1);
  }
});

/** A PNG with changed values in its pHYs chunk and a valid checksum. */
function withChecksum(bytes: Buffer): Buffer {
  const at = bytes.indexOf("pHYs");
  if (bytes[0] === 0x89) bytes.writeUInt32BE(crc32(bytes.subarray(at, at + 13)), at + 13);
  return bytes;
}

test("a resolution that is not a whole number is kept", async () => {
  const bytes = await line
    .clone()
    .tiff({ compression: "lzw", xres: 150.4 / 25.4, yres: 150.4 / 25.4 })
    .toBuffer();
  expect((await openPage(bytes)).image.dpi).toBeCloseTo(150.4, 2);
});

describe("reduced copies in a TIFF are not pages", () => {
  const pyramid = () =>
    sharp(grey, raw)
      .toColourspace("b-w")
      .tiff({ compression: "deflate", tile: true, tileWidth: 64, pyramid: true });

  test("if tag 254 marks them, as in a pyramid", async () => {
    const bytes = await pyramid().toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBeGreaterThan(1);
    const { document } = await openBytes(bytes);
    expect(document.pages).toBe(1);
    expect((await openPage(bytes)).image).toMatchObject(size);
  });

  test("if tag 255 of older files marks them, and the copy comes first", async () => {
    const bytes = await drawTiff(["One", "Two"], { compression: "deflate" });
    const first = bytes.readUInt32LE(4);
    // Replaces the first entry, which has the lowest tag, by tag 255 with one short number.
    bytes.writeUInt16LE(255, first + 2);
    bytes.writeUInt16LE(3, first + 4);
    bytes.writeUInt32LE(1, first + 6);
    bytes.writeUInt32LE(2, first + 10);
    const { document } = await openBytes(bytes);
    expect(document.pages).toBe(1);
    const { data } = await drawGrey("Two");
    expect(difference((await openPage(bytes)).image.data, data)).toBe(0);
  });

  test("unless the file has nothing else", async () => {
    const bytes = await drawTiff(["One"], { compression: "deflate" });
    const first = bytes.readUInt32LE(4);
    bytes.writeUInt32LE(1, first + 10);
    expect((await openBytes(bytes)).document.pages).toBe(1);
  });
});

describe("a JPEG with errors around its pixels is read, and its page reports them", () => {
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(jpeg);
    change(bytes);
    return bytes;
  };
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const scanEnd = scan + 2 + jpeg.readUInt16BE(scan + 2);
  test.each([
    ["its end is missing", jpeg.subarray(0, -2), ["jpeg_end_missing"]],
    ["its JFIF revision is unknown", changed((bytes) => bytes.writeUInt8(2, 11)), ["jpeg_header_unusual"]],
    [
      "its scan names other coefficients",
      changed((bytes) => bytes.fill(0, scanEnd - 3, scanEnd)),
      ["jpeg_header_unusual"],
    ],
    ["nothing is wrong", jpeg, []],
  ])("%s", async (_, bytes, warnings) => {
    const content = await openPage(bytes);
    expect(content.warnings).toEqual(warnings);
    expect(difference(content.image.data, grey)).toBeLessThanOrEqual(8);
  });

  test.each([0.3, 0.6, 0.95])("but not if only a share of %d of it is there", async (share) => {
    const cut = jpeg.subarray(0, scanEnd + Math.floor((jpeg.length - scanEnd) * share));
    await expect(openPage(cut)).rejects.toMatchObject({ code: "document_damaged" });
  });

  test("but not if it is progressive and its last scans may be missing", async () => {
    const progressive = await line.clone().jpeg({ quality: 100, progressive: true }).toBuffer();
    await expect(openPage(progressive.subarray(0, -2))).rejects.toMatchObject({ code: "document_damaged" });
  });
});

test("a damaged page of a TIFF fails alone", async () => {
  const bytes = await drawTiff(["One", "Two", "Three"], { compression: "deflate" });
  const { document } = await openBytes(bytes);
  // The pixels of the second page are halfway between the directories.
  const second = bytes.indexOf(Buffer.from([0x78, 0x9c]), bytes.length / 3);
  bytes.fill(0x5a, second + 2, second + 40);
  const damaged = (await openBytes(bytes)).document;
  expect(damaged.pages).toBe(3);
  await expect(damaged.page(2)).rejects.toMatchObject({ code: "page_damaged", mayPass: false });
  for (const page of [1, 3]) expect(await damaged.page(page)).toEqual(await document.page(page));
});
