import { inflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { drawTiff } from "../../../../tests/documents.ts";
import { clauses, drawPage, shadow } from "../../../../tests/drawn-page.ts";
import { openPage } from "../../../../tests/open-bytes.ts";
import { drawLine, leaseText } from "../../../../tests/scan.ts";
import { embedImage } from "./embed-image.ts";
import { isLossyWebp } from "./lossy-image.ts";

const size = { width: 216, height: 28.8 };
const line = () => drawLine(leaseText).flatten({ background: "white" });
const grey = { data: Buffer.alloc(1), width: 1, height: 1, dpi: 300 };

async function embedded(format: string, bytes: Buffer, page = 1) {
  const { streams } = await embedImage({ format, bytes, page, content: { image: grey } }, size);
  const [image, content, profile] = streams;
  return { image, operators: Buffer.from(content?.content ?? []).toString("latin1"), profile };
}

test("a JPEG's data is kept, and its orientation is applied when it is drawn", async () => {
  const jpeg = await line().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { image, operators } = await embedded("JPEG", jpeg);
  expect(image?.content).toEqual(jpeg);
  expect(operators).toMatch(/^q 0 -28\.8 216 0 0 28\.8 cm/);
});

test("a PNG's data is kept, and transparent pixels become white", async () => {
  const png = await line().png().toBuffer();
  const { image } = await embedded("PNG", png);
  expect(png.includes(Buffer.from(image?.content ?? []))).toBe(true);
  const clear = sharp({ create: { width: 4, height: 4, channels: 4, background: "#f000" } });
  expect((await embedded("PNG", await clear.png().toBuffer())).image?.entries).toContain("/Colors 3");
});

test("a grey image stays grey", async () => {
  const tiff = await drawTiff([leaseText], { compression: "lzw" });
  expect((await embedded("TIFF", tiff)).image?.entries).toContain("/ColorSpace /DeviceGray");
});

test("CCITT Group 4 data is kept if it is one strip, and compressed again if it is several", async () => {
  const tiff = await drawTiff([leaseText, "Second page"], { compression: "ccittfax4", bitdepth: 1 });
  const { image } = await embedded("TIFF", tiff, 2);
  expect(image?.entries).toContain("/Filter /CCITTFaxDecode");
  expect(tiff.includes(Buffer.from(image?.content ?? []))).toBe(true);
  const raw = { width: 900, height: 1200, channels: 1 } as const;
  const high = await sharp(Buffer.alloc(raw.width * raw.height, 255), { raw })
    .toColourspace("b-w")
    .tiff({ compression: "ccittfax4", bitdepth: 1 })
    .toBuffer();
  expect((await embedded("TIFF", high)).image?.entries).toContain("/Filter /FlateDecode");
});

describe("an ICC profile", () => {
  test.each([
    ["PNG", () => line().withIccProfile("p3").removeAlpha().png()],
    ["PNG", () => line().withIccProfile("p3").removeAlpha().png({ palette: true })],
    ["JPEG", () => line().withIccProfile("p3").jpeg()],
    ["JPEG", () => line().toColourspace("cmyk").withIccProfile("cmyk").jpeg()],
  ])("of a %s is embedded", async (format, encode) => {
    const bytes = await encode().toBuffer();
    const { icc, channels, isPalette } = await sharp(bytes).metadata();
    const { image, profile } = await embedded(format, bytes);
    expect(image?.entries).toContain("[/ICCBased {{stream 2}}]");
    expect(profile?.entries).toContain(`/N ${isPalette ? 3 : channels} `);
    expect(inflateSync(profile?.content ?? "")).toEqual(icc);
  });

  test("for other components is not embedded", async () => {
    const bytes = await line().withIccProfile("p3").jpeg().toBuffer();
    const field = bytes.indexOf("RGB XYZ ");
    expect(field).toBeGreaterThan(0);
    const { image, profile } = await embedded("JPEG", Buffer.from(bytes.fill("GRAY", field, field + 4)));
    expect(image?.entries).toContain("/ColorSpace /DeviceRGB");
    expect(profile).toBeUndefined();
  });
});

test("a TIFF that contains JPEG or WebP data stays compressed with loss, and small", async () => {
  const picture = drawPage(clauses, { width: 1000, height: 700 }, shadow).flatten();
  const grey = picture.clone().toColourspace("b-w").tiff({ compression: "jpeg", quality: 80 });
  const coloured = picture.clone().tiff({ compression: "webp", quality: 80 });
  for (const [encoded, space] of [
    [grey, "/DeviceGray"],
    [coloured, "/DeviceRGB"],
  ] as const) {
    const bytes = await encoded.toBuffer();
    const { image } = await embedded("TIFF", bytes);
    expect(image?.entries).toContain(`/ColorSpace ${space} /BitsPerComponent 8 /Filter /DCTDecode`);
    expect(image?.content.length).toBeLessThan(bytes.length + 20_000);
  }
});

describe("a lossy WebP", () => {
  const webp = (picture: Sharp) => picture.webp({ quality: 80 }).toBuffer();

  test("becomes a JPEG that is little larger, in one channel if it is grey", async () => {
    const bytes = await webp(drawPage(clauses, { width: 1000, height: 700 }));
    const { image, colour } = await openPage(bytes);
    const made = await embedImage({ format: "WebP", bytes, page: 1, content: { image, colour } }, size);
    expect(made.streams[0]?.entries).toContain("/ColorSpace /DeviceGray");
    expect(made.streams[0]?.entries).toContain("/Filter /DCTDecode");
    expect(made.streams[0]?.content.length).toBeLessThan(bytes.length + 20_000);
  });

  test("is distinguished from a lossless one, even with metadata", async () => {
    const lossless = (picture: Sharp) => picture.webp({ lossless: true }).toBuffer();
    for (const picture of [line(), line().withIccProfile("p3"), line().withExif({ IFD0: { Artist: "A" } })]) {
      expect(isLossyWebp(await webp(picture.clone()))).toBe(true);
      expect(isLossyWebp(await lossless(picture.clone()))).toBe(false);
    }
  });
});
