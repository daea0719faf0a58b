import { closeSync, fstatSync, openSync } from "node:fs";
import { type FailureCode, OrderFailure } from "../failure.ts";
import { checkPages, checkPixels, type DocumentLimits } from "../limits.ts";
import type { GreyImage } from "../recognition/recognize-page.ts";
import type { Document, PageContent } from "./document.ts";
import { credibleDpi } from "./dpi.ts";
import { greyBitmap, invisibleText, objectTypes, Pdfium, pdfiumErrors, renderFlags } from "./pdfium.ts";
import { readTextLayer } from "./text-layer.ts";

/** For the file as it is and for what its pages decompress to. */
const memoryBytes = 768 * 1024 * 1024;

const pointsPerInch = 72;
/** How a page is drawn: `least` where it would have too many pixels otherwise. */
const drawingDpi = { usual: 300, least: 150 };
/** Of scans, which are drawn as they were scanned. */
const scanDpi = { least: 72, most: 400 };
/** From this share of a page on, its images make it a scan. */
const scanShare = 0.5;
/** Objects lie in objects; what is nested deeper, or comes after so many, is not looked at one by one. */
const objectLimit = { depth: 8, count: 20_000 };

const loadFailures: ReadonlyMap<number, FailureCode> = new Map([
  [pdfiumErrors.password, "document_encrypted"],
  [pdfiumErrors.security, "document_encrypted"],
]);

/** Throws OrderFailure. */
export async function openPdf(path: string, limits: DocumentLimits): Promise<Document> {
  return new PdfDocument(await Pdfium.open(memoryBytes), path, limits);
}

class PdfDocument implements Document {
  readonly #pdfium: Pdfium;
  readonly #limits: DocumentLimits;
  readonly #document: number;
  readonly pages: number;

  constructor(pdfium: Pdfium, path: string, limits: DocumentLimits) {
    this.#pdfium = pdfium;
    this.#limits = limits;
    this.#document = this.#guarded("document_damaged", () => this.#load(path));
    this.pages = this.#guarded("document_damaged", () => pdfium.module._FPDF_GetPageCount(this.#document));
    checkPages(this.pages, limits);
  }

  async page(number: number): Promise<PageContent> {
    return this.#guarded("page_damaged", () => this.#page(number));
  }

  /** What breaks pdfium is the document's fault: this pdfium has seen no other. */
  #guarded<T>(code: FailureCode, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (this.#pdfium.isExhausted) throw new OrderFailure("document_inflates", { cause });
      throw cause instanceof OrderFailure ? cause : new OrderFailure(code, { cause });
    }
  }

  #load(path: string): number {
    const { module } = this.#pdfium;
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      // It must stay there for as long as the document is open.
      const bytes = this.#pdfium.allocate(size);
      this.#pdfium.readFile(file, bytes, size);
      const document = module._FPDF_LoadMemDocument(bytes, size, 0);
      if (document !== 0) return document;
      throw new OrderFailure(loadFailures.get(module._FPDF_GetLastError()) ?? "document_damaged");
    } finally {
      closeSync(file);
    }
  }

  #page(number: number): PageContent {
    const { module } = this.#pdfium;
    const page = module._FPDF_LoadPage(this.#document, number - 1);
    if (page === 0) throw new OrderFailure("page_damaged");
    const image = this.#draw(page);
    const text = readTextLayer(this.#pdfium, page, image);
    return text ? { image, text } : { image };
  }

  #draw(page: number): GreyImage {
    const { module } = this.#pdfium;
    const inches = [module._FPDF_GetPageWidthF(page), module._FPDF_GetPageHeightF(page)].map(
      (points) => points / pointsPerInch,
    ) as [number, number];
    const dpi = this.#resolution(page, inches);
    const [width, height] = pixelsOf(inches, dpi);
    const pixels = this.#pdfium.allocate(width * height);
    const bitmap = module._FPDFBitmap_CreateEx(width, height, greyBitmap, pixels, width);
    if (bitmap === 0) throw new OrderFailure("page_damaged");
    module._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
    const flags = renderFlags.annotations | renderFlags.grey;
    module._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags);
    const data = Buffer.from(module.HEAPU8.subarray(pixels, pixels + width * height));
    this.#pdfium.free(pixels);
    return { data, width, height, dpi: credibleDpi(dpi) };
  }

  /** Dots per inch to draw a page at. Throws OrderFailure for one that would be, or has in it, more pixels than the limit. */
  #resolution(page: number, inches: [number, number]): number {
    const area = inches[0] * inches[1];
    if (!(area > 0)) throw new OrderFailure("page_damaged");
    const { scans, hasText } = this.#objects(page);
    const scanned = scans.reduce((sum, scan) => sum + scan.area, 0) >= area * scanShare;
    const wanted = scanned ? scanResolution(scans, hasText) : drawingDpi.usual;
    const fitting = Math.sqrt(this.#limits.pixels / area);
    const least = Math.min(wanted, drawingDpi.least);
    if (fitting < least) checkPixels(...pixelsOf(inches, least), this.#limits);
    return Math.min(wanted, fitting);
  }
  /** Of what a page is made: its images, whose size is checked before anything decodes them, and whether there is text to be seen. */
  #objects(page: number): { scans: Scan[]; hasText: boolean } {
    const { module } = this.#pdfium;
    const scans: Scan[] = [];
    let hasText = false;
    let count = 0;
    const visit = (object: number, scale: number, depth: number): void => {
      if (++count > objectLimit.count || depth > objectLimit.depth) return;
      switch (module._FPDFPageObj_GetType(object)) {
        case objectTypes.image:
          scans.push(this.#scan(object, scale));
          return;
        case objectTypes.text:
          hasText ||= module._FPDFTextObj_GetTextRenderMode(object) !== invisibleText;
          return;
        case objectTypes.form: {
          const inside = scale * this.#scale(object);
          for (let index = 0; index < module._FPDFFormObj_CountObjects(object); index++) {
            visit(module._FPDFFormObj_GetObject(object, index), inside, depth + 1);
          }
        }
      }
    };
    for (let index = 0; index < module._FPDFPage_CountObjects(page); index++) {
      visit(module._FPDFPage_GetObject(page, index), 1, 0);
    }
    return { scans, hasText };
  }

  #scan(image: number, scale: number): Scan {
    const { module } = this.#pdfium;
    const size = this.#pdfium.ints(2, (at) => module._FPDFImageObj_GetImagePixelSize(image, at, at + 4));
    if (!size) throw new OrderFailure("page_damaged");
    const [width = 0, height = 0] = size;
    checkPixels(width, height, this.#limits);
    // An image is drawn into a square of one point by one, which its matrix makes as large as it is to be.
    return { pixels: width * height, area: (scale * this.#scale(image)) / pointsPerInch ** 2 };
  }

  /** How many times larger an object's area becomes on what it lies on. */
  #scale(object: number): number {
    const { module } = this.#pdfium;
    const [a = 1, b = 0, c = 0, d = 1] =
      this.#pdfium.floats(6, (at) => module._FPDFPageObj_GetMatrix(object, at)) ?? [];
    return Math.abs(a * d - b * c);
  }
}

/** An image on a page: `area` in square inches. */
type Scan = { pixels: number; area: number };

/** That of the finest image which is not a mere ornament; text that lies over it needs its own. */
function scanResolution(scans: Scan[], hasText: boolean): number {
  const largest = Math.max(...scans.map(({ area }) => area));
  const main = scans.filter(({ area }) => area >= largest / 10);
  const finest = Math.max(...main.map(({ pixels, area }) => Math.sqrt(pixels / area)));
  const least = hasText ? drawingDpi.usual : scanDpi.least;
  return Math.max(least, Math.min(scanDpi.most, finest));
}

function pixelsOf(inches: [number, number], dpi: number): [number, number] {
  const [width, height] = inches.map((length) => Math.max(1, Math.round(length * dpi)));
  return [width ?? 1, height ?? 1];
}
