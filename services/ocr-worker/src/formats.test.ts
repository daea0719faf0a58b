import sharp from "sharp";
import { expect, test } from "vitest";
import { checkDocument, extensions } from "./formats.ts";

const blank = sharp({ create: { width: 20, height: 10, channels: 3, background: "white" } });

/** A PNG of nothing but a signature and a header that claims this size. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(33);
  header.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13], 0);
  header.write("IHDR", 12);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

test("PNG and JPEG are read", async () => {
  checkDocument(await blank.clone().png().toBuffer());
  checkDocument(await blank.clone().jpeg().toBuffer());
  expect(extensions).toEqual(["png", "jpg", "jpeg"]);
});

test.each([
  ["nothing", Buffer.alloc(0), "document_empty"],
  ["a web page", Buffer.from("<!doctype html><p>Not found"), "unsupported_format"],
  ["a PDF", Buffer.from("%PDF-1.7\n"), "unsupported_format"],
  ["a PNG's first bytes", Buffer.from([0x89, 0x50, 0x4e, 0x47]), "unsupported_format"],
  ["a PNG's signature", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "document_damaged"],
  ["a JPEG's signature", Buffer.from([0xff, 0xd8, 0xff, 0xe0]), "document_damaged"],
  ["an image of no size", pngHeader(0, 10), "document_damaged"],
  ["a header that claims 30000 x 30000", pngHeader(30_000, 30_000), "page_too_large"],
  ["one pixel row too many", pngHeader(10_000, 5001), "page_too_large"],
])("%s is refused", (_, bytes, code) => {
  expect(() => checkDocument(bytes)).toThrow(expect.objectContaining({ code, mayPass: false }));
});

test("50 megapixels are allowed", () => {
  checkDocument(pngHeader(10_000, 5000));
});
