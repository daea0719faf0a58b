import sharp from "sharp";
import { expect, test } from "vitest";
import { drawTiff } from "../../../../tests/documents.ts";
import { drawLine, leaseText } from "../../../../tests/scan.ts";
import { embedImage } from "./embed-image.ts";

const size = { width: 216, height: 28.8 };
const line = () => drawLine(leaseText).flatten({ background: "white" });
const grey = { data: Buffer.alloc(1), width: 1, height: 1, dpi: 300 };

async function embedded(format: string, bytes: Buffer, page = 1) {
  const { streams } = await embedImage({ format, bytes, page, content: { image: grey } }, size);
  const content = streams.at(-1)?.content ?? "";
  return { images: streams.slice(0, -1), operators: Buffer.from(content).toString("latin1") };
}

test("a JPEG's data is kept, and its orientation is applied when it is drawn", async () => {
  const jpeg = await line().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { images, operators } = await embedded("JPEG", jpeg);
  expect(images[0]?.content).toEqual(jpeg);
  expect(images[0]?.entries).toContain("/ColorSpace /DeviceRGB");
  expect(operators).toMatch(/^q 0 -28\.8 216 0 0 28\.8 cm/);
});

test("a PNG's data is kept, and transparent pixels become white", async () => {
  const png = await line().png().toBuffer();
  const { images } = await embedded("PNG", png);
  expect(png.includes(Buffer.from(images[0]?.content ?? []))).toBe(true);
  const clear = sharp({ create: { width: 4, height: 4, channels: 4, background: "#f000" } });
  expect((await embedded("PNG", await clear.png().toBuffer())).images[0]?.entries).toContain("/Colors 3");
});

test("a grey image stays grey", async () => {
  const tiff = await drawTiff([leaseText], { compression: "lzw" });
  expect((await embedded("TIFF", tiff)).images[0]?.entries).toContain("/ColorSpace /DeviceGray");
});

test("CCITT Group 4 data is kept if it is one strip, and compressed again if it is several", async () => {
  const tiff = await drawTiff([leaseText, "Second page"], { compression: "ccittfax4", bitdepth: 1 });
  const { images } = await embedded("TIFF", tiff, 2);
  expect(images).toHaveLength(1);
  expect(images[0]?.entries).toContain("/Filter /CCITTFaxDecode");
  expect(tiff.includes(Buffer.from(images[0]?.content ?? []))).toBe(true);
  const raw = { width: 900, height: 1200, channels: 1 } as const;
  const high = await sharp(Buffer.alloc(raw.width * raw.height, 255), { raw })
    .toColourspace("b-w")
    .tiff({ compression: "ccittfax4", bitdepth: 1 })
    .toBuffer();
  expect((await embedded("TIFF", high)).images[0]?.entries).toContain("/Filter /FlateDecode");
});
