import { OrderFailure } from "../../failure.ts";

/** Pages are counted only up to this number. */
const mostPages = 100_000;

const tags = {
  ...{
    newSubfileType: 254,
    subfileType: 255,
    width: 256,
    height: 257,
    bits: 258,
    compression: 259,
    photometric: 262,
  },
  ...{
    fillOrder: 266,
    stripOffsets: 273,
    orientation: 274,
    samples: 277,
    stripBytes: 279,
    rowsPerStrip: 278,
    tileBytes: 325,
  },
  ...{ xResolution: 282, yResolution: 283, resolutionUnit: 296 },
} as const;
/** Bits of the new subfile type: a reduced copy of another page, and a mask for one. */
const reducedOrMask = 0b101;
/** Value of the subfile type in older files: a reduced copy of another page. */
const reducedCopy = 2;
const group4 = 4;
/** Both kinds of JPEG, JPEG 2000 and WebP. The last two may be without loss, but rarely are. */
const lossyCompressions: ReadonlySet<number> = new Set([6, 7, 34712, 50001]);
/** Size in bytes of a number of each type: BYTE, SHORT, LONG and LONG8. */
const numberBytes: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 1: 1, 3: 2, 4: 4, 16: 8 };
const mostStrips = 20_000;
const centimetres = 3;
const centimetresPerInch = 2.54;

/** In dots per inch. Fax machines use different values across and down. Undefined if the page has none. */
export type Resolution = { x: number; y: number } | undefined;

/** A page as its strips of CCITT Group 4. `isReversed`: the first pixel is the lowest bit of a byte. */
export type FaxPage = {
  width: number;
  strips: { data: Buffer; rows: number }[];
  /** Whether the colour that the code calls black is white. */
  isInverted: boolean;
  isReversed: boolean;
  /** The orientation, numbered as in Exif. */
  orientation: number;
};

/**
 * `index`: the position of the page's directory in the file, from 0. `fax` is set if the page is compressed
 * with CCITT Group 4. `lossyBytes`: the length of its pixels' data if they are compressed with loss.
 */
export type TiffPage = {
  index: number;
  resolution: Resolution;
  fax: FaxPage | undefined;
  lossyBytes: number | undefined;
};

/** The sizes of offsets and counts, which are larger in files of more than 4 GiB (BigTIFF). */
type Layout = { first: number; countBytes: 2 | 8; entryBytes: 12 | 20; offsetBytes: 4 | 8 };
const usual: Layout = { first: 4, countBytes: 2, entryBytes: 12, offsetBytes: 4 };
const big: Layout = { first: 8, countBytes: 8, entryBytes: 20, offsetBytes: 8 };

/**
 * Returns the pages from the chain of directories, without reduced copies. Throws OrderFailure for a broken
 * chain, which libvips would treat as the end of the file.
 */
export function readTiffPages(bytes: Buffer): TiffPage[] {
  try {
    return new Tiff(bytes).pages();
  } catch (cause) {
    throw new OrderFailure("document_damaged", { cause });
  }
}

class Tiff {
  readonly #bytes: Buffer;
  #isLittle = true;
  #layout = usual;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  pages(): TiffPage[] {
    const head = this.#read(0, 4);
    this.#isLittle = head.toString("latin1", 0, 2) === "II";
    this.#layout = this.#number(head, 2, 2) === 43 ? big : usual;
    const { first, countBytes, entryBytes, offsetBytes } = this.#layout;
    const pages: (TiffPage & { isReduced: boolean })[] = [];
    const seen = new Set<number>();
    let bytes = 0;
    let offset = this.#number(this.#read(first, offsetBytes), 0, offsetBytes);
    while (offset !== 0 && pages.length < mostPages) {
      if (seen.has(offset)) throw new Error("the directories go in a circle");
      seen.add(offset);
      const count = this.#number(this.#read(offset, countBytes), 0, countBytes);
      bytes += count * entryBytes;
      if (bytes > this.#bytes.length) throw new Error("the directories overlap");
      const entries = this.#read(offset + countBytes, count * entryBytes + offsetBytes);
      pages.push(this.#page(pages.length, entries, count));
      offset = this.#number(entries, count * entryBytes, offsetBytes);
    }
    const whole = pages.filter(({ isReduced }) => !isReduced);
    return whole.length > 0 ? whole : pages;
  }

  #page(index: number, entries: Buffer, count: number) {
    const { entryBytes, offsetBytes } = this.#layout;
    const values = new Map<number, Buffer>();
    const numbers = new Map<number, () => number[]>();
    for (let at = 0; at < count * entryBytes; at += entryBytes) {
      const entry = entries.subarray(at, at + entryBytes);
      const tag = this.#number(entry, 0, 2);
      values.set(tag, entry.subarray(entryBytes - offsetBytes));
      numbers.set(tag, () => this.#numbers(entry));
    }
    const [kind = 0] = numbers.get(tags.newSubfileType)?.() ?? [];
    const [older] = numbers.get(tags.subfileType)?.() ?? [];
    const isReduced = (kind & reducedOrMask) !== 0 || older === reducedCopy;
    const [compression = 1] = numbers.get(tags.compression)?.() ?? [];
    const lossyBytes = lossyCompressions.has(compression) ? this.#dataBytes(numbers) : undefined;
    return { index, isReduced, resolution: this.#resolution(values), fax: this.#fax(numbers), lossyBytes };
  }

  #dataBytes(numbers: ReadonlyMap<number, () => number[]>): number {
    const lengths = [tags.stripBytes, tags.tileBytes].flatMap((tag) => numbers.get(tag)?.() ?? []);
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  #fax(numbers: ReadonlyMap<number, () => number[]>): FaxPage | undefined {
    const one = (tag: number, otherwise: number) => numbers.get(tag)?.()[0] ?? otherwise;
    if (one(tags.compression, 1) !== group4 || one(tags.samples, 1) !== 1 || one(tags.bits, 1) !== 1) {
      return undefined;
    }
    const [width, height] = [one(tags.width, 0), one(tags.height, 0)];
    const rowsPerStrip = Math.min(height, one(tags.rowsPerStrip, height));
    const [offsets, lengths] = [tags.stripOffsets, tags.stripBytes].map((tag) => numbers.get(tag)?.() ?? []);
    if (!offsets?.length || offsets.length !== lengths?.length || rowsPerStrip === 0) return undefined;
    const strips = offsets.map((offset, index) => ({
      data: this.#read(offset, lengths[index] ?? 0),
      rows: Math.min(rowsPerStrip, height - index * rowsPerStrip),
    }));
    if (strips.some(({ rows }) => rows <= 0)) return undefined;
    return {
      ...{ width, strips, isInverted: one(tags.photometric, 0) === 1 },
      ...{ isReversed: one(tags.fillOrder, 1) === 2, orientation: one(tags.orientation, 1) },
    };
  }

  /** The numbers of an entry with a whole-number type. Empty for any other type, and for too many numbers. */
  #numbers(entry: Buffer): number[] {
    const { entryBytes, offsetBytes } = this.#layout;
    const size = numberBytes[this.#number(entry, 2, 2)];
    const count = this.#number(entry, 4, offsetBytes);
    if (!size || count > mostStrips) return [];
    const value = entry.subarray(entryBytes - offsetBytes);
    const isInside = size * count <= offsetBytes;
    const bytes = isInside ? value : this.#read(this.#number(value, 0, offsetBytes), size * count);
    return Array.from({ length: count }, (_, index) => this.#number(bytes, index * size, size));
  }

  #resolution(values: ReadonlyMap<number, Buffer>): Resolution {
    const [x, y] = [
      this.#rational(values.get(tags.xResolution)),
      this.#rational(values.get(tags.yResolution)),
    ];
    const unit = values.get(tags.resolutionUnit);
    const scale = unit && this.#number(unit, 0, 2) === centimetres ? centimetresPerInch : 1;
    return x && y ? { x: x * scale, y: y * scale } : undefined;
  }

  /** Two whole numbers. An entry too small for them holds their position. */
  #rational(value: Buffer | undefined): number | undefined {
    if (!value) return undefined;
    const { offsetBytes } = this.#layout;
    const bytes = offsetBytes === 8 ? value : this.#read(this.#number(value, 0, offsetBytes), 8);
    const quotient = this.#number(bytes, 0, 4) / this.#number(bytes, 4, 4);
    return Number.isFinite(quotient) && quotient > 0 ? quotient : undefined;
  }

  #number(bytes: Buffer, at: number, length: 1 | 2 | 4 | 8): number {
    if (length === 8) {
      return Number(this.#isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    }
    return this.#isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  }

  #read(position: number, length: number): Buffer {
    if (position + length > this.#bytes.length) throw new Error("the file ends too early");
    return this.#bytes.subarray(position, position + length);
  }
}
