import { OrderFailure } from "../../failure.ts";
import type { ColourImage, GreyImage } from "../../recognition/grey-image.ts";
import { hasColours } from "../colours.ts";
import type { Size } from "./image-stream.ts";
import type { Pdfium } from "./pdfium.ts";
import { bitmapFormats, drawGrey, type Pointer } from "./pdfium-calls.ts";

const white = 0xffffffff;
const bytesPerPixel = { grey: 1, bgr: 3, bgrx: 4 } as const;
/** The most pixels that are drawn at once in colours. */
const mostPixels = 16_000_000;
/** The longer side, in pixels, of the drawing that tells whether a page has colours. */
const probeSide = 500;

/** Left, top, right and bottom in pixels of the drawn page, with fractions. */
export type Rectangle = [left: number, top: number, right: number, bottom: number];

/** A page that is drawn at a fixed size in pixels. */
export class PageDrawing {
  readonly #pdfium: Pdfium;
  readonly #page: Pointer;
  readonly size: Size;
  readonly #toPixels: readonly number[];

  constructor(pdfium: Pdfium, page: Pointer, size: Size) {
    this.#pdfium = pdfium;
    this.#page = page;
    this.size = size;
    this.#toPixels = this.#measured();
  }

  /** Draws the page without the objects of `hidden`. */
  grey(dpi: number, hidden: Iterable<Pointer> = []): GreyImage {
    const { width, height } = this.size;
    const data = this.#without(hidden, () => this.#draw("grey", [0, 0, width, height]));
    return { data, width, height, dpi };
  }

  /**
   * Draws the page in colours, part by part, so that PDFium needs no more memory than for a grey page.
   * Undefined if the page has no colours.
   */
  colourImage(dpi: number | undefined): ColourImage | undefined {
    const { width, height } = this.size;
    if (!this.#hasColours()) return undefined;
    const data = Buffer.alloc(width * height * 3);
    const rows = Math.max(1, Math.floor(mostPixels / width));
    for (let top = 0; top < height; top += rows) {
      const part = this.#draw("bgr", [0, top, width, Math.min(height, top + rows)]);
      copyReversed(part, data, top * width * 3);
    }
    return { data, width, height, dpi, channels: 3 };
  }

  /**
   * Draws a part of the page, rounded to whole pixels. Each pixel has four bytes: blue, green, red and an
   * unused one.
   */
  colours(part: Rectangle, hidden: Iterable<Pointer> = []): Buffer {
    return this.#without(hidden, () => this.#draw("bgrx", part));
  }

  /** Converts a rectangle in points, in PDFium's coordinates, to the box around it in pixels. */
  onImage(left: number, top: number, right: number, bottom: number): Rectangle {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = this.#toPixels;
    const xs = [left, right].flatMap((x) => [top, bottom].map((y) => a * x + c * y + e));
    const ys = [left, right].flatMap((x) => [top, bottom].map((y) => b * x + d * y + f));
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }

  /** Whether a small drawing of the page, whose pixels are means of the page's, has colours. */
  #hasColours(): boolean {
    const factor = Math.min(1, probeSide / Math.max(this.size.width, this.size.height));
    const width = Math.max(1, Math.round(this.size.width * factor));
    const height = Math.max(1, Math.round(this.size.height * factor));
    return hasColours({ data: this.#draw("bgr", [0, 0, width, height], { width, height }) });
  }

  #draw(format: keyof typeof bytesPerPixel, [left, top, right, bottom]: Rectangle, size = this.size): Buffer {
    const { module } = this.#pdfium;
    const [width, height] = [right - left, bottom - top];
    const stride = width * bytesPerPixel[format];
    const pixels = this.#pdfium.allocate(stride * height);
    const bitmap = module._FPDFBitmap_CreateEx(width, height, bitmapFormats[format], pixels, stride);
    if (bitmap === 0) throw new OrderFailure("page_damaged");
    module._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, white);
    const flags = format === "grey" ? drawGrey : 0;
    module._FPDF_RenderPageBitmap(bitmap, this.#page, -left, -top, size.width, size.height, 0, flags);
    const data = Buffer.from(module.HEAPU8.subarray(pixels, pixels + stride * height));
    module._FPDFBitmap_Destroy(bitmap);
    this.#pdfium.free(pixels);
    return data;
  }

  #without<T>(objects: Iterable<Pointer>, work: () => T): T {
    const { module } = this.#pdfium;
    const hidden = [...objects];
    for (const object of hidden) module._FPDFPageObj_SetIsActive(object, 0);
    try {
      return work();
    } finally {
      for (const object of hidden) module._FPDFPageObj_SetIsActive(object, 1);
    }
  }

  /**
   * The matrix from points to pixels. PDFium returns only whole pixels, so the matrix is measured on a huge
   * picture.
   */
  #measured(): readonly number[] {
    const huge = 10_000_000;
    const far = 1000;
    const { module } = this.#pdfium;
    const at = (x: number, y: number) =>
      this.#pdfium.ints(2, (place) =>
        module._FPDF_PageToDevice(this.#page, 0, 0, huge, huge, 0, x, y, place, place + 4),
      ) ?? [0, 0];
    const [[e = 0, f = 0], [ax = 0, ay = 0], [cx = 0, cy = 0]] = [at(0, 0), at(far, 0), at(0, far)];
    const { width, height } = this.size;
    const across = (value: number) => (value * width) / huge;
    const down = (value: number) => (value * height) / huge;
    return [
      ...[across(ax - e) / far, down(ay - f) / far],
      ...[across(cx - e) / far, down(cy - f) / far],
      ...[across(e), down(f)],
    ];
  }
}

/** Copies pixels of blue, green and red as red, green and blue. */
function copyReversed(from: Buffer, to: Buffer, start: number): void {
  for (let at = 0; at < from.length; at += 3) {
    to[start + at] = from[at + 2] ?? 0;
    to[start + at + 1] = from[at + 1] ?? 0;
    to[start + at + 2] = from[at] ?? 0;
  }
}
