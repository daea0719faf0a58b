import { OrderFailure } from "../../failure.ts";

/** More than this is only counted so far. */
const mostPages = 100_000;

const tags = { xResolution: 282, yResolution: 283, resolutionUnit: 296 } as const;
const centimetres = 3;
const centimetresPerInch = 2.54;

/** Dots per inch, which fax machines set apart; undefined where the page does not say. */
export type Resolution = { x: number; y: number } | undefined;

/** How offsets and counts are written: in the usual files, and in those of more than 4 GiB. */
type Layout = { first: number; countBytes: 2 | 8; entryBytes: 12 | 20; offsetBytes: 4 | 8 };
const usual: Layout = { first: 4, countBytes: 2, entryBytes: 12, offsetBytes: 4 };
const big: Layout = { first: 8, countBytes: 8, entryBytes: 20, offsetBytes: 8 };

/**
 * The resolution of each page, from the chain of the pages' directories. libvips takes a chain that is broken
 * for one that ends: this throws OrderFailure for it.
 */
export function readTiffPages(bytes: Buffer): Resolution[] {
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

  pages(): Resolution[] {
    const head = this.#read(0, 4);
    this.#isLittle = head.toString("latin1", 0, 2) === "II";
    this.#layout = this.#number(head, 2, 2) === 43 ? big : usual;
    const { first, countBytes, entryBytes, offsetBytes } = this.#layout;
    const pages: Resolution[] = [];
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
      pages.push(this.#resolution(entries, count));
      offset = this.#number(entries, count * entryBytes, offsetBytes);
    }
    return pages;
  }

  #resolution(entries: Buffer, count: number): Resolution {
    const { entryBytes, offsetBytes } = this.#layout;
    const values = new Map<number, Buffer>();
    for (let at = 0; at < count * entryBytes; at += entryBytes) {
      values.set(
        this.#number(entries, at, 2),
        entries.subarray(at + entryBytes - offsetBytes, at + entryBytes),
      );
    }
    const [x, y] = [
      this.#rational(values.get(tags.xResolution)),
      this.#rational(values.get(tags.yResolution)),
    ];
    const unit = values.get(tags.resolutionUnit);
    const scale = unit && this.#number(unit, 0, 2) === centimetres ? centimetresPerInch : 1;
    return x && y ? { x: x * scale, y: y * scale } : undefined;
  }

  /** Two whole numbers, which stand elsewhere where there is no room for them. */
  #rational(value: Buffer | undefined): number | undefined {
    if (!value) return undefined;
    const { offsetBytes } = this.#layout;
    const bytes = offsetBytes === 8 ? value : this.#read(this.#number(value, 0, offsetBytes), 8);
    const quotient = this.#number(bytes, 0, 4) / this.#number(bytes, 4, 4);
    return Number.isFinite(quotient) && quotient > 0 ? quotient : undefined;
  }

  #number(bytes: Buffer, at: number, length: 2 | 4 | 8): number {
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
