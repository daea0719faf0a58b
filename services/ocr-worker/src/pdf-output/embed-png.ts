import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";

const signatureBytes = 8;
/** The bytes of a chunk's length and type before the data, and of its checksum after the data. */
const [beforeData, afterData] = [8, 4];

const deviceSpaces = { 1: "/DeviceGray", 3: "/DeviceRGB" } as const;
const colourTypes = { grey: 0, rgb: 2, palette: 3 } as const;

type Header = { width: number; height: number; bits: number; colourType: number; interlace: number };

/** Whether a PDF can contain the data unchanged: without transparency and not interlaced. */
export function isEmbeddable(png: Buffer): boolean {
  const chunks = chunksOf(png);
  const { colourType, interlace } = headerOf(chunks);
  const hasColours = Object.values<number>(colourTypes).includes(colourType);
  return hasColours && interlace === 0 && !chunks.some(({ type }) => type === "tRNS");
}

/** The number of components of a pixel's colour, which may be one of a palette. */
export function coloursOf(png: Buffer): 1 | 3 {
  return headerOf(chunksOf(png)).colourType === colourTypes.grey ? 1 : 3;
}

/**
 * Makes an image from the PNG's own compressed data. PNG's filters are the predictors of PDF. `colourSpace`:
 * PDF source, of the palette if there is one.
 */
export function embedPng(png: Buffer, colourSpace: string = deviceSpaces[coloursOf(png)]): PdfStream {
  const chunks = chunksOf(png);
  const { width, height, bits, colourType } = headerOf(chunks);
  const colours = colourType === colourTypes.rgb ? 3 : 1;
  const space = colourType === colourTypes.palette ? indexed(colourSpace, chunks) : colourSpace;
  const entries = [
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`,
    `/ColorSpace ${space} /BitsPerComponent ${bits} /Filter /FlateDecode`,
    `/DecodeParms << /Predictor 15 /Colors ${colours} /BitsPerComponent ${bits} /Columns ${width} >>`,
  ];
  const data = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  return { entries: entries.join(" "), content: Buffer.concat(data) };
}

function indexed(colourSpace: string, chunks: Chunk[]): string {
  const palette = chunks.find(({ type }) => type === "PLTE")?.data;
  if (!palette) throw new Error("a palette PNG without a palette");
  return `[/Indexed ${colourSpace} ${Math.floor(palette.length / 3) - 1} <${palette.toString("hex")}>]`;
}

type Chunk = { type: string; data: Buffer };

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signatureBytes; at + beforeData <= png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + beforeData);
    chunks.push({ type, data: png.subarray(at + beforeData, at + beforeData + length) });
    if (type === "IEND") break;
    at += beforeData + length + afterData;
  }
  return chunks;
}

function headerOf(chunks: Chunk[]): Header {
  const header = chunks[0];
  if (header?.type !== "IHDR") throw new Error("a PNG without a header");
  const { data } = header;
  return {
    ...{ width: data.readUInt32BE(0), height: data.readUInt32BE(4) },
    ...{ bits: data.readUInt8(8), colourType: data.readUInt8(9), interlace: data.readUInt8(12) },
  };
}
