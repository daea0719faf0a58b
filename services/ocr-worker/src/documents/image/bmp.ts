import { OrderFailure } from "../../failure.ts";
import { checkPixels, type DocumentLimits } from "../../limits.ts";
import type { ColourImage } from "../../recognition/grey-image.ts";
import { hasColours } from "../colours.ts";
import type { Document } from "../document.ts";
import { credibleDpi } from "../dpi.ts";
import { type BitmapLayout, compressions, readColours, readGrey } from "./bmp-pixels.ts";

const fileHeaderBytes = 14;
/** The size of the oldest header, which has narrower fields. */
const coreHeaderBytes = 12;
const infoHeaderBytes = 40;
const inchesPerMetre = 39.37;

type Header = BitmapLayout & { dpi: number | undefined };

/** Reads BMP, which libvips does not support. */
export async function openBmp(bytes: Buffer, limits: DocumentLimits): Promise<Document> {
  const header = orDamaged(() => readHeader(bytes));
  const { width, height } = header;
  checkPixels(width, height, limits);
  const size = { width, height, dpi: credibleDpi(header.dpi) };
  return {
    pages: 1,
    async page() {
      const data = orDamaged(() => readGrey(bytes, header));
      return { image: { data, ...size }, colour: async () => colourImage(bytes, header, size) };
    },
  };
}

function colourImage(
  bytes: Buffer,
  header: Header,
  size: Omit<ColourImage, "data" | "channels">,
): ColourImage | undefined {
  const data = orDamaged(() => readColours(bytes, header));
  return hasColours({ data }) ? { data, ...size, channels: 3 } : undefined;
}

/** Reports a damaged page when a read goes beyond the end of the Buffer, which throws. */
function orDamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof OrderFailure ? cause : new OrderFailure("page_damaged", { cause });
  }
}

function readHeader(bytes: Buffer): Header {
  const offset = bytes.readUInt32LE(10);
  const size = bytes.readUInt32LE(fileHeaderBytes);
  const afterHeader = fileHeaderBytes + size;
  if (size === coreHeaderBytes) {
    const bits = bytes.readUInt16LE(24);
    const [width, height] = [bytes.readUInt16LE(18), bytes.readUInt16LE(20)];
    const palette = readPalette(bytes, afterHeader, bits <= 8 ? 2 ** bits : 0, 3);
    const rest = { isTopDown: false, compression: compressions.none, dpi: undefined };
    return checked({ width, height, bits, palette, masks: usualMasks(bits), offset, ...rest });
  }
  const [width, height] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const hasMasks = compression === compressions.masks || compression === compressions.masksWithAlpha;
  const masksAt = fileHeaderBytes + infoHeaderBytes;
  // In the first kind of header with masks they follow the header. In all later kinds they are part of it.
  const between = size > infoHeaderBytes || !hasMasks ? 0 : compression === compressions.masks ? 12 : 16;
  const colours = bits <= 8 ? Math.min(bytes.readUInt32LE(46) || 2 ** bits, 2 ** bits) : 0;
  return checked({
    ...{ width, height: Math.abs(height), isTopDown: height < 0, bits, compression, offset },
    dpi: bytes.readInt32LE(38) / inchesPerMetre,
    palette: readPalette(bytes, afterHeader + between, colours, 4),
    masks: hasMasks
      ? [bytes.readUInt32LE(masksAt), bytes.readUInt32LE(masksAt + 4), bytes.readUInt32LE(masksAt + 8)]
      : usualMasks(bits),
  });
}

function checked(header: Header): Header {
  const { bits, compression } = header;
  const { none, runs8, runs4, masks, masksWithAlpha } = compressions;
  const bitsOf = new Map<number, number[]>([
    [none, [1, 4, 8, 16, 24, 32]],
    [runs8, [8]],
    [runs4, [4]],
    [masks, [16, 32]],
    [masksWithAlpha, [16, 32]],
  ]);
  if (bitsOf.get(compression)?.includes(bits)) return header;
  throw new Error(`${bits} bits a pixel in compression ${compression}`);
}

function usualMasks(bits: number): Header["masks"] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
}

function readPalette(bytes: Buffer, start: number, colours: number, size: number): Uint32Array {
  return Uint32Array.from({ length: colours }, (_, index) => bytes.readUIntLE(start + index * size, 3));
}
