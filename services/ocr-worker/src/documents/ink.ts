import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../recognition/recognize-page.ts";

const darkBelow = 160;
/** Longer strokes are rules, frames and filled areas, not letters; in inches. */
const strokeInches = 0.5;
/** Of images that do not say. */
const usualDpi = 300;
/** Letters are drawn a little over the edges of their boxes; in pixels. */
const margin = 2;

const inked = 1;
const stroke = 2;
const covered = 4;

/** Where a page is dark, but for its rules and filled areas. */
export class Ink {
  /** Pixel by pixel. */
  readonly #marks: Uint8Array;
  readonly #width: number;
  readonly #height: number;

  constructor({ data, width, height, dpi = usualDpi }: GreyImage) {
    this.#width = width;
    this.#height = height;
    this.#marks = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at++) this.#marks[at] = (data[at] ?? 0) < darkBelow ? inked : 0;
    const length = dpi * strokeInches;
    for (let y = 0; y < height; y++) this.#markStrokes(y * width, 1, width, length);
    for (let x = 0; x < width; x++) this.#markStrokes(x, width, height, length);
  }

  /** What is not covered, in pixels. */
  get amount(): number {
    let amount = 0;
    for (const mark of this.#marks) if (mark === inked) amount++;
    return amount;
  }

  /** Covers the ink within the box, and says how much there is, covered before or not. */
  cover([left, top, right, bottom]: Box): number {
    let found = 0;
    for (let y = Math.max(0, top - margin); y < Math.min(this.#height, bottom + margin); y++) {
      const row = y * this.#width;
      const end = row + Math.min(this.#width, right + margin);
      for (let at = row + Math.max(0, left - margin); at < end; at++) {
        const mark = this.#marks[at] ?? 0;
        if ((mark & (inked | stroke)) !== inked) continue;
        found++;
        this.#marks[at] = mark | covered;
      }
    }
    return found;
  }

  #markStrokes(start: number, step: number, count: number, length: number): void {
    let run = 0;
    for (let index = 0; index <= count; index++) {
      const at = start + index * step;
      if (index < count && this.#marks[at]) {
        run++;
        continue;
      }
      if (run > length)
        for (let back = 1; back <= run; back++) this.#marks[at - back * step] = inked | stroke;
      run = 0;
    }
  }
}
