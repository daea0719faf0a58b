/** Codes of the compression field. */
export const compressions = { none: 0, runs8: 1, runs4: 2, masks: 3, masksWithAlpha: 6 } as const;

/** How the pixels of a bitmap are stored. A colour is a number of 24 bits: red, green and blue. */
export type BitmapLayout = {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  compression: number;
  /** The colours of the colour table. */
  palette: Uint32Array;
  /** The bit masks of red, green and blue in a pixel of 16 or 32 bits. */
  masks: [number, number, number];
  /** The position of the pixels in the file. */
  offset: number;
};

/** Returns grey pixels, row by row from the top. Throws a RangeError if the file ends too early. */
export function readGrey(bytes: Buffer, layout: BitmapLayout): Buffer {
  const data = Buffer.alloc(layout.width * layout.height);
  eachPixel(bytes, layout, (index, colour) => {
    data[index] = grey(colour >> 16, (colour >> 8) & 0xff, colour & 0xff);
  });
  return data;
}

/** The same in colours, with a byte each for red, green and blue. */
export function readColours(bytes: Buffer, layout: BitmapLayout): Buffer {
  const data = Buffer.alloc(layout.width * layout.height * 3);
  eachPixel(bytes, layout, (index, colour) => {
    data[3 * index] = colour >> 16;
    data[3 * index + 1] = (colour >> 8) & 0xff;
    data[3 * index + 2] = colour & 0xff;
  });
  return data;
}

/** The perceived brightness of a colour. */
function grey(red: number, green: number, blue: number): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Calls `put` for each pixel; `index` counts row by row from the top. */
function eachPixel(bytes: Buffer, layout: BitmapLayout, put: (index: number, colour: number) => void): void {
  const { width, height, isTopDown, bits, compression, palette, offset } = layout;
  const hasRuns = compression === compressions.runs8 || compression === compressions.runs4;
  const indices = hasRuns ? readRuns(bytes, layout) : undefined;
  const pixel = pixelReader(bytes, layout);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  for (let row = 0; row < height; row++) {
    const start = (isTopDown ? row : height - 1 - row) * width;
    for (let x = 0; x < width; x++) {
      const colour = indices
        ? (palette[indices[row * width + x] ?? 0] ?? 0)
        : pixel(offset + row * rowBytes, x);
      put(start + x, colour);
    }
  }
}

/** Returns a function that reads the colour of a pixel in the row that starts at the given position. */
function pixelReader(
  bytes: Buffer,
  { bits, palette, masks }: BitmapLayout,
): (row: number, x: number) => number {
  switch (bits) {
    case 24:
      return (row, x) => bytes.readUIntLE(row + 3 * x, 3);
    case 16:
    case 32: {
      const [red, green, blue] = masks.map(masked) as [Channel, Channel, Channel];
      const read = (at: number) => (bits === 16 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at));
      return (row, x) => {
        const value = read(row + (bits / 8) * x);
        return (red(value) << 16) | (green(value) << 8) | blue(value);
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
  return (pixel) => Math.round((((pixel & mask) >>> shift) / most) * 255);
}

/** Decodes runs to colour indices, row by row as in the file. Pixels that no run reaches stay 0. */
function readRuns(bytes: Buffer, { width, height, compression, offset }: BitmapLayout): Uint8Array {
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
