import { deflateSync } from "node:zlib";
import { degrees, PDFDocument, PDFName, PDFNumber, type PDFPage, rgb } from "@cantoo/pdf-lib";
import { textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawGrey, makePdf, rawPdf, scanned } from "../../../../../tests/documents.ts";
import { openBytes, openPage } from "../../../../../tests/open-bytes.ts";
import { drawLine } from "../../../../../tests/scan.ts";
import { asFailure } from "../../failure.ts";

const sentence = "The tenant covenants with the landlord to pay the rent.";
const write = (text: string) => (page: PDFPage) => page.drawText(text, { x: 30, y: 100, size: 12 });

async function textOfPage(bytes: Uint8Array, page = 1): Promise<string | undefined> {
  const { text } = await openPage(bytes, page);
  return text && textOf({ blocks: text });
}

describe("a page's own text", () => {
  test("is returned with boxes on the page's image", async () => {
    const { image, text = [] } = await openPage(await makePdf(write(sentence)));
    expect(image).toMatchObject({ width: 1667, height: 833, dpi: 300 });
    expect(textOf({ blocks: text })).toBe(`${sentence}\n`);
    for (const { text: word, box, ...origin } of wordsOf({ blocks: text })) {
      expect(origin).toEqual({ source: "text_layer" });
      const [left, top, right, bottom] = box;
      // The box of the letters alone, at 12 points and 300 dots per inch.
      expect(bottom - top).toBeLessThan(50);
      expect(right - left).toBeLessThan(50 * word.length);
      const inside = await sharp(image.data, { raw: { width: 1667, height: 833, channels: 1 } })
        .extract({ left, top, width: right - left, height: bottom - top })
        .raw()
        .toBuffer();
      expect(Math.min(...inside)).toBeLessThan(100);
    }
  });

  test("is divided into lines and blocks", async () => {
    const bytes = await makePdf((page) => {
      page.drawText("1. The landlord lets\nthe property to the tenant.", {
        x: 30,
        y: 150,
        size: 12,
        lineHeight: 14,
      });
      page.drawText("2. The tenant pays\nthe rent every quarter.", {
        x: 30,
        y: 80,
        size: 12,
        lineHeight: 14,
      });
    });
    expect(await textOfPage(bytes)).toBe(
      "1. The landlord lets\nthe property to the tenant.\n\n2. The tenant pays\nthe rent every quarter.\n",
    );
  });

  test.each([
    [90, 200, 30],
    [180, 370, 200],
    [270, 200, 370],
  ])("is turned with a page that is turned by %i degrees", async (angle, x, y) => {
    const bytes = await makePdf((page) => {
      page.setSize(400, 400);
      page.setRotation(degrees(angle));
      page.drawText(sentence, { x, y, size: 12, rotate: degrees(angle) });
    });
    expect(await textOfPage(bytes)).toBe(`${sentence}\n`);
  });

  test("may have bullets of a symbol font, which are left out", async () => {
    expect(await textOfPage(spelledPdf("<54> <F0B7>", "(T rent is) Tj"))).toBe("rent is\n");
  });

  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ["is not on the page", () => makePdf((page) => page.drawText(sentence, { x: 30, y: -300 }))],
    [
      "is white on white",
      () => makePdf((page) => page.drawText(sentence, { x: 30, y: 100, color: rgb(1, 1, 1) })),
    ],
    [
      "is a program's stamp on a scan",
      () =>
        makePdf(async (page, pdf) => {
          await scanned("This lease is dated the first of May")(page, pdf);
          page.drawText("Scanned by X", { x: 150, y: 2, size: 5 });
        }),
    ],
    ["has no meaning", () => spelledPdf("<54> <FFFD>")],
    ["uses private characters", () => spelledPdf("<54> <E054>")],
    ["consists of control codes", () => spelledPdf("<54> <0007>")],
  ])("is ignored if it %s", async (_, make) => {
    const { image, text } = await openPage(await make());
    expect(text).toBeUndefined();
    expect(image.data.length).toBe(image.width * image.height);
  });
});

/** A page of "The rent". `meaning` is the ToUnicode entry of one of its letters. */
function spelledPdf(meaning: string, content = "(The rent) Tj"): Buffer {
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def
1 begincodespacerange <00> <FF> endcodespacerange
2 beginbfrange <20> <53> <0020> <55> <7E> <0055> endbfrange
1 beginbfchar ${meaning} endbfchar endcmap end end`;
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F 5 " +
      "0 R >> >> >>",
    { dictionary: "", stream: Buffer.from(`BT /F 20 Tf 20 50 Td ${content} ET`) },
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
    { dictionary: "", stream: Buffer.from(map) },
  );
}

describe("a page is drawn", () => {
  test("at the resolution of its scan", async () => {
    const { image, text } = await openPage(await makePdf(scanned("This lease is dated")));
    expect(text).toBeUndefined();
    const { data, info } = await drawGrey("This lease is dated");
    expect(image).toMatchObject({ width: info.width, height: info.height, dpi: 300 });
    const off = image.data.filter((value, index) => Math.abs(value - (data[index] ?? 0)) > 64);
    expect(off.length / data.length).toBeLessThan(0.01);
  });

  test.each([
    [600, 400, 400],
    [200, 200, 200],
    [50, 72, 72],
  ])("from a scan of %i dots per inch at %i", async (scan, drawn, dpi) => {
    const png = await drawLine("This lease")
      .resize(2 * scan, scan)
      .png()
      .toBuffer();
    const bytes = await makePdf(async (page, pdf) => {
      page.setSize(144, 72);
      page.drawImage(await pdf.embedPng(png), { width: 144, height: 72 });
    });
    const { image } = await openPage(bytes);
    expect(image).toMatchObject({ width: 2 * drawn, height: drawn, dpi });
  });

  test.each([
    [1, true],
    [2, true],
    [2, false],
    [0.5, false],
    [3.7, true],
  ])("at its true size if a unit is %d points (object streams: %s)", async (unit, useObjectStreams) => {
    const pdf = await PDFDocument.create();
    const png = await drawLine("This lease").resize(500, 300).png().toBuffer();
    for (const pageUnit of [1, unit]) {
      const page = pdf.addPage([100 / pageUnit, 60 / pageUnit]);
      page.drawImage(await pdf.embedPng(png), { ...page.getSize() });
      if (pageUnit !== 1) page.node.set(PDFName.of("UserUnit"), PDFNumber.of(pageUnit));
    }
    const bytes = await pdf.save({ useObjectStreams });
    for (const page of [1, 2]) {
      const { image } = await openPage(bytes, page);
      expect(image).toMatchObject({ width: 500, height: 300 });
      expect((image.width * 72) / (image.dpi ?? 0)).toBeCloseTo(100, 1);
    }
  });

  test.each([72, 96, 110.5, 203.2])("at %d dots per inch if its scan has that resolution", async (dpi) => {
    const [width, height] = [Math.round(5 * dpi), Math.round(2 * dpi)];
    const png = await drawLine("This lease").resize(width, height, { fit: "fill" }).png().toBuffer();
    const bytes = await makePdf(async (page, pdf) => {
      page.setSize((width * 72) / dpi, (height * 72) / dpi);
      page.drawImage(await pdf.embedPng(png), { ...page.getSize() });
    });
    const { image } = await openPage(bytes);
    expect(image).toMatchObject({ width, height });
    expect(image.dpi).toBeCloseTo(dpi, 2);
  });

  test("at 300 dots per inch if letters are a fine mask over a coarse picture", async () => {
    const bytes = await makePdf(async (page, pdf) => {
      page.setSize(360, 240);
      const coarse = await drawLine("").resize(375, 250).jpeg().toBuffer();
      page.drawImage(await pdf.embedJpg(coarse), { width: 360, height: 240 });
      const mask = await drawLine("This lease")
        .resize(1500, 1000, { fit: "fill" })
        .greyscale()
        .raw()
        .toBuffer();
      const letters = Buffer.alloc(1500 * 1000 * 4);
      for (const [at, level] of mask.entries()) letters[at * 4 + 3] = 255 - level;
      const raw = { width: 1500, height: 1000, channels: 4 } as const;
      const foreground = await pdf.embedPng(await sharp(letters, { raw }).png().toBuffer());
      page.drawImage(foreground, { width: 360, height: 240 });
    });
    expect((await openPage(bytes)).image.dpi).toBe(300);
  });

  test("at 300 dots per inch if letters are curves over a coarse picture", async () => {
    const bytes = await makePdf(async (page, pdf) => {
      const coarse = await drawLine("").resize(400, 200).jpeg().toBuffer();
      page.drawImage(await pdf.embedJpg(coarse), { width: 400, height: 200 });
      for (let x = 0; x < 60; x++) page.drawSvgPath("M 0 0 L 2 0 L 1 3 Z", { x: 20 + 5 * x, y: 100 });
    });
    expect((await openPage(bytes)).image.dpi).toBe(300);
  });

  test("at 300 dots per inch if a picture is only a part of it", async () => {
    const bytes = await makePdf(async (page, pdf) => {
      page.drawImage(await pdf.embedPng(await drawLine("X").png().toBuffer()), { width: 100, height: 20 });
    });
    expect((await openPage(bytes)).image.dpi).toBe(300);
  });

  test("at a lower resolution if it is large, down to 150 dots per inch", async () => {
    const large = (inches: number) => makePdf((page) => page.setSize(72 * inches, 72 * inches));
    const limits = { pixels: 900 * 900 };
    expect((await openPage(await large(4), 1, limits)).image).toMatchObject({ width: 900, dpi: 225 });
    expect((await openPage(await large(6), 1, limits)).image).toMatchObject({ width: 900, dpi: 150 });
    await expect(openPage(await large(7), 1, limits)).rejects.toMatchObject({
      code: "page_too_large",
      message: "The page has 1050 x 1050 pixels (1.11 megapixels); at most 0.81 megapixels are read.",
    });
  });

  test("with its stamps and filled forms", async () => {
    const bytes = await makePdf((page, pdf) => {
      const field = pdf.getForm().createTextField("name");
      field.setText("Jane Doe");
      field.addToPage(page, { x: 20, y: 80, width: 200, height: 30 });
    });
    const { image, text = [] } = await openPage(bytes);
    expect(image.data.some((value) => value < 100)).toBe(true);
    expect(textOf({ blocks: text })).toBe("Jane Doe\n");
  });
});

type OpenDocument = Awaited<ReturnType<typeof openBytes>>["document"];

async function failure(document: OpenDocument, page: number): Promise<string | undefined> {
  return document.page(page).then(
    () => undefined,
    (error: unknown) => asFailure(error).code,
  );
}

describe("a damaged page fails alone", () => {
  const line = drawLine("This lease is dated");
  const gray = (bits: number, filter: string) =>
    `/ColorSpace /DeviceGray /BitsPerComponent ${bits} ${filter}`;
  /** Two scans of 900 x 120 pixels. The second one is to be damaged. */
  const scans = (kind: string, stream: Uint8Array, damaged: Uint8Array) =>
    rawPdf(
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 216 28.8] >>",
      "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /XObject << /I 6 0 R >> >> >>",
      "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /XObject << /I 7 0 R >> >> >>",
      { dictionary: "", stream: Buffer.from("216 0 0 28.8 0 0 cm /I Do") },
      { dictionary: `/Type /XObject /Subtype /Image /Width 900 /Height 120 ${kind}`, stream },
      { dictionary: `/Type /XObject /Subtype /Image /Width 900 /Height 120 ${kind}`, stream: damaged },
    );
  const corrupted = (value: number) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    const middle = Math.floor(bytes.length / 2);
    copy.fill(value, middle, middle + 40);
    return copy;
  };

  test.each<[string, () => Promise<[string, Buffer]>, (bytes: Buffer) => Buffer]>([
    ["a JPEG that is cut off", jpeg, (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["a JPEG with damaged data", jpeg, corrupted(0xff)],
    ["a JPEG of zeros only", jpeg, (bytes) => Buffer.alloc(bytes.length)],
    ["compressed pixels that are cut off", deflated, (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["compressed pixels with damaged data", deflated, corrupted(0x5a)],
    ["uncompressed pixels that are cut off", plain, (bytes) => bytes.subarray(0, bytes.length / 3)],
  ])("of %s", async (_, make, damage) => {
    const [kind, stream] = await make();
    const { document } = await openBytes(scans(kind, stream, damage(stream)));
    expect(document.pages).toBe(2);
    const { image } = await document.page(1);
    expect(image).toMatchObject({ width: 900, height: 120 });
    expect(await failure(document, 2)).toBe("page_damaged");
    await document.page(1);
  });

  async function jpeg(): Promise<[string, Buffer]> {
    const bytes = await line.clone().jpeg().toBuffer();
    return ["/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", bytes];
  }
  async function deflated(): Promise<[string, Buffer]> {
    return [gray(8, "/Filter /FlateDecode"), deflateSync((await drawGrey("This lease is dated")).data)];
  }
  async function plain(): Promise<[string, Buffer]> {
    return [gray(8, ""), (await drawGrey("This lease is dated")).data];
  }

  test("that does not exist", async () => {
    const bytes = rawPdf(
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 /MediaBox [0 0 100 100] >>",
      "<< /Type /Page /Parent 2 0 R >>",
    );
    const { document } = await openBytes(bytes);
    await document.page(1);
    expect(await failure(document, 2)).toBe("page_damaged");
  });

  test.each([
    [4, 827],
    [8, 1],
    [8, 900],
    [1, 5],
    [8, 2],
    [8, 50_000],
  ])("but not if pixels of %i bits are followed by %i more bytes", async (bits, extra) => {
    const stream = Buffer.alloc(Math.ceil((900 * bits) / 8) * 120 + extra);
    const { document } = await openBytes(
      scans(`/ColorSpace /DeviceGray /BitsPerComponent ${bits}`, stream, stream),
    );
    expect((await document.page(2)).warnings).toEqual(["image_bytes_extra"]);
  });

  test("but not if the end of a JPEG is missing", async () => {
    const [kind, stream] = await jpeg();
    const { document } = await openBytes(scans(kind, stream, stream.subarray(0, -2)));
    expect((await document.page(1)).warnings).toBeUndefined();
    expect((await document.page(2)).warnings).toEqual(["jpeg_end_missing"]);
  });

  test("but not if images have fewer bits and more colours", async () => {
    for (const [space, colours, bits] of [
      ["DeviceGray", 1, 1],
      ["DeviceGray", 1, 2],
      ["DeviceGray", 1, 4],
      ["DeviceGray", 1, 16],
      ["DeviceRGB", 3, 4],
      ["DeviceRGB", 3, 8],
    ] as const) {
      const stream = Buffer.alloc(Math.ceil((900 * colours * bits) / 8) * 120);
      const bytes = scans(
        `/ColorSpace /${space} /BitsPerComponent ${bits}`,
        stream,
        stream.subarray(0, -900),
      );
      const { document } = await openBytes(bytes);
      expect((await document.page(1)).warnings, `${space} ${bits}`).toBeUndefined();
      await expect(failure(document, 2), `${space} ${bits}`).resolves.toBe("page_damaged");
    }
  });
});
