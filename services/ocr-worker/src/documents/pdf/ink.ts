import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../../recognition/recognize-page.ts";

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
    const marks = new Uint8Array(data.length);
    for (let at = 0; at < marks.length; at++) marks[at] = (data[at] ?? 0) < darkBelow ? inked : 0;
    markStrokes(marks, width, height, dpi * strokeInches);
    this.#marks = marks;
    this.#width = width;
    this.#height = height;
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
}

/** Row by row also for those that go down: from column to column it would take several times as long. */
function markStrokes(marks: Uint8Array, width: number, height: number, length: number): void {
  const down = new Uint32Array(width);
  for (let y = 0; y <= height; y++) {
    const row = y * width;
    let across = 0;
    for (let x = 0; x <= width; x++) {
      const at = row + x;
      const isInked = y < height && x < width && marks[at] !== 0;
      if (isInked) across++;
      else {
        if (across > length) markRun(marks, at, 1, across);
        across = 0;
      }
      if (x === width) break;
      const above = down[x] ?? 0;
      if (isInked) down[x] = above + 1;
      else if (above > 0) {
        if (above > length) markRun(marks, at, width, above);
        down[x] = 0;
      }
    }
  }
}

/** The run ends before `end`. */
function markRun(marks: Uint8Array, end: number, step: number, count: number): void {
  for (let back = 1; back <= count; back++) marks[end - back * step] = inked | stroke;
}
