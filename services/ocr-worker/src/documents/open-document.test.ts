import { PDFDocument } from "@cantoo/pdf-lib";
import { extensions } from "@orbital-witness/common/documents/format.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { describe, expect, test } from "vitest";
import { chainTiff, claiming, drawTiff, makePdf, rawPdf, scanned } from "../../../../tests/documents.ts";
import { openBytes, openPage } from "../../../../tests/open-bytes.ts";
import { drawLine } from "../../../../tests/scan.ts";
import { asFailure } from "../failure.ts";

const line = drawLine("This lease is dated");

/** One good document of each kind. */
const documents: Record<string, () => Promise<Buffer>> = {
  PDF: () => makePdf(scanned("This lease is dated"), scanned("Second page")),
  TIFF: () => drawTiff(["This lease is dated", "Second page"], { compression: "lzw" }),
  PNG: () => line.clone().png().toBuffer(),
  JPEG: () => line.clone().jpeg().toBuffer(),
  WebP: () => line.clone().webp().toBuffer(),
};

async function encrypted(passwords: { userPassword: string; ownerPassword: string }): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(
    await makePdf((page) => page.drawText("The rent is due", { x: 30, y: 100 })),
  );
  pdf.encrypt(passwords);
  return pdf.save();
}

/** Two directories of a hundred entries each, of which the second begins within the first. */
function overlappingTiff(): string {
  const bytes = Buffer.alloc(1300);
  bytes.write("II*\0\x08\0\0\0", "latin1");
  for (const [at, next] of [
    [8, 20],
    [20, 0],
  ] as const) {
    bytes.writeUInt16LE(100, at);
    bytes.writeUInt32LE(next, at + 2 + 100 * 12);
  }
  return bytes.toString("latin1");
}

test("PDF is requested from the source first", () => {
  expect(extensions).toEqual(["pdf", "tif", "tiff", "png", "jpg", "jpeg", "webp", "bmp"]);
});

test("a PDF may begin after other bytes", async () => {
  const bytes = Buffer.concat([Buffer.from("\xef\xbb\xbf\r\n", "latin1"), await makePdf(scanned("One"))]);
  expect((await openBytes(bytes)).format).toBe("PDF");
});

describe("bytes that are not a document", () => {
  test.each([
    ["nothing", "", "document_empty"],
    ["a web page", "<!doctype html><p>Not found", "unsupported_format"],
    [
      "a drawing that libvips could read",
      "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
      "unsupported_format",
    ],
    ["a GIF", "GIF89a\x01\x00\x01\x00", "unsupported_format"],
    ["words that begin as a BMP does", "BMW sells cars, and not documents", "unsupported_format"],
    ["a part of a signature", "\x89PNG", "unsupported_format"],
    ["a PDF's signature", "%PDF-1.7\n", "document_damaged"],
    ["a PNG's signature", "\x89PNG\r\n\x1a\n", "document_damaged"],
    ["a JPEG's signature", "\xff\xd8\xff\xe0", "document_damaged"],
    ["a TIFF's signature", "II*\0", "document_damaged"],
    ["a WebP's signature", "RIFF\x04\0\0\0WEBP", "document_damaged"],
    ["a TIFF whose first page is beyond its end", "MM\0*\0\0\xff\0", "document_damaged"],
    ["a TIFF whose pages go in a circle", "II*\0\x08\0\0\0\0\0\x08\0\0\0", "document_damaged"],
    ["a TIFF whose pages share their bytes", overlappingTiff(), "document_damaged"],
    ["a TIFF without pages", "II*\0\0\0\0\0", "no_pages"],
  ])("%s", async (_, bytes, code) => {
    await expect(openPage(Buffer.from(bytes, "latin1"))).rejects.toMatchObject({ code, mayPass: false });
  });
});

test.each(Object.entries(documents))("a truncated %s is damaged", async (_, make) => {
  const bytes = await make();
  for (const part of [0.1, 0.5, 0.9, 0.97]) {
    const cut = bytes.subarray(0, bytes.length * part);
    await expect(openPage(cut), String(part)).rejects.toMatchObject({ code: "document_damaged" });
  }
});

test.each(Object.entries(claiming))(
  "a %s that claims 30000 x 30000 pixels is not decoded",
  async (name, claim) => {
    // The largest size that the format can declare.
    const side = name === "WebP" ? 16_383 : 30_000;
    const failure = { code: "page_too_large", message: expect.stringContaining(`${side} x ${side} pixels`) };
    await expect(openPage(await claim(side, side))).rejects.toMatchObject(failure);
  },
);

test.each(Object.entries(claiming))(
  "a %s may have as many pixels as the limit, and no more",
  async (_, claim) => {
    const limits = { pixels: 400 * 500 };
    const code = async (bytes: Uint8Array) =>
      openPage(bytes, 1, limits).then(
        () => "read",
        (error: unknown) => asFailure(error).code,
      );
    expect(await code(await claim(400, 501))).toBe("page_too_large");
    // The file has no pixels, which only some decoders report.
    expect(["read", "document_damaged"]).toContain(await code(await claim(400, 500)));
  },
);

test.each<[string, (pages: number) => Buffer]>([
  ["PDF", emptyPdf],
  ["TIFF", chainTiff],
])("a %s may have as many pages as the limit, and no more", async (_, make) => {
  expect((await openBytes(make(7), { pages: 7 })).document.pages).toBe(7);
  await expect(openBytes(make(8), { pages: 7 })).rejects.toMatchObject({ code: "too_many_pages" });
  await expect(openBytes(make(10_000))).rejects.toMatchObject({
    code: "too_many_pages",
    message: "The document has 10000 pages; at most 500 are read.",
    mayPass: false,
  });
  await expect(openBytes(make(0))).rejects.toMatchObject({ code: "no_pages" });
});

function emptyPdf(pages: number): Buffer {
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${"3 0 R ".repeat(pages)}] /Count ${pages} >>`,
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
  );
}

describe("a PDF that is encrypted", () => {
  test("is not read where it needs a password", async () => {
    const bytes = await encrypted({ userPassword: "secret", ownerPassword: "other" });
    await expect(openBytes(bytes)).rejects.toMatchObject({ code: "document_encrypted", mayPass: false });
  });

  test("is read where anybody may open it", async () => {
    const { text } = await openPage(await encrypted({ userPassword: "", ownerPassword: "other" }));
    expect(text && textOf({ blocks: text })).toBe("The rent is due\n");
  });
});
