import { OrderFailure } from "../../failure.ts";
import { checkPixels, type DocumentLimits } from "../../limits.ts";
import type { Document } from "../document.ts";
import { credibleDpi } from "../dpi.ts";

const fileHeaderBytes = 14;
/** The size of the oldest header, which has narrower fields. */
const coreHeaderBytes = 12;
const infoHeaderBytes = 40;
const inchesPerMetre = 39.37;

const compressions = { none: 0, runs8: 1, runs4: 2, masks: 3, masksWithAlpha: 6 } as const;

type Header = {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  compression: number;
  dpi: number | undefined;
  /** The grey level of each colour in the colour table. */
  palette: Uint8Array;
  /** The bit masks of red, green and blue in a pixel of 16 or 32 bits. */
  masks: [number, number, number];
  /** The position of the pixels in the file. */
  offset: number;
};

/** Reads BMP, which libvips does not support. */
export async function openBmp(bytes: Buffer, limits: DocumentLimits): Promise<Document> {
  const header = orDamaged(() => readHeader(bytes));
  const { width, height, dpi } = header;
  checkPixels(width, height, limits);
  return {
    pages: 1,
    async page() {
      const data = orDamaged(() => readPixels(bytes, header));
      return { image: { data, width, height, dpi: credibleDpi(dpi) } };
    },
  };
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

function readPalette(bytes: Buffer, start: number, colours: number, size: number): Uint8Array {
  return Uint8Array.from({ length: colours }, (_, index) => {
    const at = start + index * size;
    return grey(bytes.readUInt8(at + 2), bytes.readUInt8(at + 1), bytes.readUInt8(at));
  });
}

/** The perceived brightness of a colour. */
function grey(red: number, green: number, blue: number): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Returns grey pixels, row by row from the top. */
function readPixels(bytes: Buffer, header: Header): Buffer {
  const { width, height, isTopDown, bits, compression } = header;
  const hasRuns = compression === compressions.runs8 || compression === compressions.runs4;
  const indices = hasRuns ? readRuns(bytes, header) : undefined;
  const pixel = pixelReader(bytes, header);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const data = Buffer.alloc(width * height);
  for (let row = 0; row < height; row++) {
    const start = (isTopDown ? row : height - 1 - row) * width;
    for (let x = 0; x < width; x++) {
      data[start + x] = indices
        ? (header.palette[indices[row * width + x] ?? 0] ?? 0)
        : pixel(header.offset + row * rowBytes, x);
    }
  }
  return data;
}

/** Returns a function that reads the grey of a pixel in the row that starts at the given position. */
function pixelReader(bytes: Buffer, { bits, palette, masks }: Header): (row: number, x: number) => number {
  switch (bits) {
    case 24:
      return (row, x) => {
        const at = row + 3 * x;
        return grey(bytes.readUInt8(at + 2), bytes.readUInt8(at + 1), bytes.readUInt8(at));
      };
    case 16:
    case 32: {
      const [red, green, blue] = masks.map(masked) as [Channel, Channel, Channel];
      const read = (at: number) => (bits === 16 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at));
      return (row, x) => {
        const value = read(row + (bits / 8) * x);
        return grey(red(value), green(value), blue(value));
      };
    }
    default: {
      const perByte = 8 / bits;
      return (row, x) => {
        const byte = bytes.readUInt8(row + Math.floor(x / perByte));
        const shift = 8 - bits * ((x % perByte) + 1);
        return palette[(byte >> shift) & (2 ** bits - 1)] ?? 0;
      };
    }
  }
}

type Channel = (pixel: number) => number;

/** Scales the bits under a mask to 0 to 255. */
function masked(mask: number): Channel {
  const shift = 31 - Math.clz32(mask & -mask || 1);
  const most = Math.max(1, mask >>> shift);
  return (pixel) => (((pixel & mask) >>> shift) / most) * 255;
}

/** Decodes runs to colour indices, row by row as in the file. Pixels that no run reaches stay 0. */
function readRuns(bytes: Buffer, { width, height, compression, offset }: Header): Uint8Array {
  const indices = new Uint8Array(width * height);
  const isNibbles = compression === compressions.runs4;
  const part = (byte: number, index: number) =>
    isNibbles ? (index % 2 === 0 ? byte >> 4 : byte & 0xf) : byte;
  let [x, y, at] = [0, 0, offset];
  const next = () => bytes.readUInt8(at++);
  const put = (count: number, index: (position: number) => number) => {
    for (let position = 0; position < count && x + position < width; position++) {
      indices[y * width + x + position] = index(position);
    }
    x += count;
  };
  while (y < height) {
    const [count, value] = [next(), next()];
    if (count > 0) {
      put(count, (position) => part(value, position));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      [x, y] = [x + next(), y + next()];
    } else {
      const start = at;
      put(value, (position) =>
        part(bytes.readUInt8(start + (isNibbles ? Math.floor(position / 2) : position)), position),
      );
      const length = isNibbles ? Math.ceil(value / 2) : value;
      at += length + (length % 2);
    }
  }
  return indices;
}
