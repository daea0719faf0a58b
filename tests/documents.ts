import { crc32, deflateSync } from "node:zlib";
import { PDFDocument, type PDFPage } from "@cantoo/pdf-lib";
import sharp, { type Sharp, type TiffOptions } from "sharp";
import { drawLine, leaseText } from "./scan.ts";

/** A line of text in grey, one byte per pixel. */
export async function drawGrey(line: string) {
  const picture = sharp(await drawLine(line).png().toBuffer());
  return picture.flatten().toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
}

/** A multi-page TIFF with a line of text on each page. All pages have the same size. */
export async function drawTiff(lines: string[], options: TiffOptions = {}): Promise<Buffer> {
  const pages = await Promise.all(lines.map(drawGrey));
  const { width = 1, height = 1 } = pages[0]?.info ?? {};
  const raw = { width, height: height * pages.length, channels: 1, pageHeight: height } as const;
  return sharp(Buffer.concat(pages.map(({ data }) => data)), { raw })
    .toColourspace("b-w")
    .withDensity(300)
    .tiff(options)
    .toBuffer();
}

/** Damages the compressed data of a page (from 0) of a TIFF. */
export function damageTiff(bytes: Buffer, page: number): Buffer {
  let directory = bytes.readUInt32LE(4);
  for (let next = 0; next < page; next++) {
    directory = bytes.readUInt32LE(directory + 2 + 12 * bytes.readUInt16LE(directory));
  }
  for (let entry = 0; entry < bytes.readUInt16LE(directory); entry++) {
    const at = directory + 2 + 12 * entry;
    if (bytes.readUInt16LE(at) !== 273) continue;
    const value = bytes.readUInt32LE(at + 8);
    const strip = bytes.readUInt32LE(at + 4) === 1 ? value : bytes.readUInt32LE(value);
    return Buffer.from(bytes).fill(0xff, strip, strip + 40);
  }
  throw new Error("the page has no strips");
}

/** A TIFF of this number of pages without content: a chain of empty directories. */
export function chainTiff(pages: number): Buffer {
  const bytes = Buffer.alloc(8 + 6 * pages);
  bytes.write("II*\0");
  for (let page = 0; page < pages; page++)
    bytes.writeUInt32LE(8 + 6 * page, page === 0 ? 4 : 8 + 6 * page - 4);
  return bytes;
}

/** A PDF with one page per function, which draws it. */
export async function makePdf(...pages: ((page: PDFPage, pdf: PDFDocument) => unknown)[]): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  for (const draw of pages) await draw(pdf.addPage([400, 200]), pdf);
  return Buffer.from(await pdf.save({ updateFieldAppearances: false }));
}

/** Fills the page with a scan of a line of text, at 300 dots per inch. */
export const scanned = (line: string) => async (page: PDFPage, pdf: PDFDocument) => {
  page.setSize(216, 28.8);
  page.drawImage(await pdf.embedPng(await drawLine(line).png().toBuffer()), { width: 216, height: 28.8 });
};

/** A PDF of these objects. The first one must be the catalog. A stream is given with its dictionary. */
export function rawPdf(...objects: (string | { dictionary: string; stream: Uint8Array })[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const offsets = objects.map((object, index) => {
    const offset = length();
    parts.push(Buffer.from(`${index + 1} 0 obj\n`));
    if (typeof object === "string") parts.push(Buffer.from(object));
    else {
      const { dictionary, stream } = object;
      parts.push(Buffer.from(`<< ${dictionary} /Length ${stream.length} >>\nstream\n`));
      parts.push(Buffer.from(stream), Buffer.from("\nendstream"));
    }
    parts.push(Buffer.from("\nendobj\n"));
    return offset;
  });
  const start = length();
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${entries}`));
  parts.push(Buffer.from(`trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** Images whose header claims this size. The maximum for WebP is 16383. */
export const claiming = {
  PNG(width: number, height: number) {
    const bytes = Buffer.alloc(33);
    bytes.write("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    // Eight bits of grey.
    bytes.writeUInt8(8, 24);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  },
  async JPEG(width: number, height: number) {
    const bytes = await dot().jpeg().toBuffer();
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(height, frame + 5);
    bytes.writeUInt16BE(width, frame + 7);
    return bytes;
  },
  async WebP(width: number, height: number) {
    const bytes = await dot().webp({ lossless: true }).toBuffer();
    bytes.writeUInt32LE(((height - 1) << 14) | (width - 1), bytes.indexOf("VP8L") + 9);
    return bytes;
  },
  async TIFF(width: number, height: number) {
    const bytes = await dot().tiff({ compression: "deflate" }).toBuffer();
    const directory = bytes.readUInt32LE(4);
    // The first two directory entries have values of 32 bits.
    for (const [index, value] of [width, height].entries()) {
      bytes.writeUInt16LE(4, directory + 2 + 12 * index + 2);
      bytes.writeUInt32LE(value, directory + 2 + 12 * index + 8);
    }
    return bytes;
  },
  BMP(width: number, height: number) {
    const bytes = Buffer.alloc(62);
    bytes.write("BM");
    bytes.writeUInt32LE(62, 10);
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(width, 18);
    bytes.writeInt32LE(height, 22);
    bytes.writeUInt16LE(1, 26);
    bytes.writeUInt16LE(1, 28);
    return bytes;
  },
  PDF(width: number, height: number) {
    return imagePdf({ width, height, dictionary: "", stream: Buffer.alloc(8) });
  },
} satisfies Record<string, (width: number, height: number) => Buffer | Promise<Buffer>>;

/** A PDF of one page with a one-bit image. `dictionary` has further entries of the image. */
export function imagePdf(image: {
  width: number;
  height: number;
  dictionary: string;
  stream: Uint8Array;
}): Buffer {
  const { width, height, dictionary, stream } = image;
  const kind = "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 1";
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /I " +
      "5 0 R >> >> >>",
    { dictionary: "", stream: Buffer.from("200 0 0 200 0 0 cm /I Do") },
    { dictionary: `${kind} /Width ${width} /Height ${height} ${dictionary}`, stream },
  );
}

function dot() {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: "white" } });
}

/** Writes a line of text on the page, as text rather than as an image. */
export const written = (text: string) => (page: PDFPage) => page.drawText(text, { x: 30, y: 100, size: 12 });

/** A line of text as a BMP. */
export function drawBmp(): Promise<Buffer> {
  return toBmp(drawLine(leaseText));
}

/** The picture as a BMP with three bytes per pixel, bottom row first. */
export async function toBmp(picture: Sharp): Promise<Buffer> {
  const { data, info } = await picture
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .flip()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rowBytes = Math.ceil((3 * info.width) / 4) * 4;
  const pixels = Buffer.alloc(rowBytes * info.height);
  for (let y = 0; y < info.height; y++)
    for (let x = 0; x < info.width; x++) {
      const at = 3 * (y * info.width + x);
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      pixels.set([blue, green, red], y * rowBytes + 3 * x);
    }
  const head = Buffer.alloc(54);
  head.write("BM");
  head.writeUInt32LE(head.length + pixels.length, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(info.width, 18);
  head.writeInt32LE(info.height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, pixels]);
}

/** A PDF with a user password. */
export async function encryptedPdf(): Promise<Buffer> {
  const pdf = await PDFDocument.load(await makePdf(written(leaseText)));
  pdf.encrypt({ userPassword: "open sesame", ownerPassword: "owner" });
  return Buffer.from(await pdf.save());
}

export function pagelessPdf(): Buffer {
  return rawPdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>");
}

/** A PDF whose image expands to a gigabyte, in two steps. */
export function inflatingPdf(): Buffer {
  const stream = deflateSync(deflateSync(Buffer.alloc(128 * 1024 * 1024)));
  const dictionary = "/Filter [/FlateDecode /FlateDecode]";
  return imagePdf({ width: 32_768, height: 32_768, dictionary, stream });
}

export function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
