import { type FailureCode, OrderFailure } from "../../failure.ts";
import { checkPages, checkPixels, type DocumentLimits } from "../../limits.ts";
import type { GreyImage } from "../../recognition/recognize-page.ts";
import type { Document, PageContent } from "../document.ts";
import { credibleDpi } from "../dpi.ts";
import { checkJpeg } from "../image/image.ts";
import { jpegSize } from "../image/jpeg.ts";
import {
  drawGrey,
  flattened,
  flattenForDisplay,
  greyBitmap,
  invisibleText,
  objectTypes,
  Pdfium,
  pdfiumErrors,
} from "./pdfium.ts";
import { readTextLayer } from "./text-layer.ts";

/** For what a page decompresses to and is drawn in, beside the file itself. */
const memoryBytes = 512 * 1024 * 1024;

const pointsPerInch = 72;
/** How a page is drawn: `least` where it would have too many pixels otherwise. */
const drawingDpi = { usual: 300, least: 150 };
/** Of scans, which are drawn as they were scanned. */
const scanDpi = { least: 72, most: 400 };
/** From this share of a page on, its images make it a scan. */
const scanShare = 0.5;
/** What is smaller, in square inches, hardly holds text. */
const ornamentArea = 0.5;
const white = 0xffffffff;
/** What they decode to are the pixels themselves; "" for none. */
const rawFilters: ReadonlySet<string> = new Set(["", "FlateDecode", "LZWDecode", "RunLengthDecode"]);
/** Objects lie in objects; what is nested deeper, or comes after so many, is not looked at one by one. */
const objectLimit = { depth: 8, count: 20_000 };

const loadFailures: ReadonlyMap<number, FailureCode> = new Map([
  [pdfiumErrors.password, "document_encrypted"],
  [pdfiumErrors.security, "document_encrypted"],
]);

/** Throws OrderFailure. */
export async function openPdf(bytes: Buffer, limits: DocumentLimits): Promise<Document> {
  return new PdfDocument(await Pdfium.open(memoryBytes + bytes.length), bytes, limits);
}

class PdfDocument implements Document {
  readonly #pdfium: Pdfium;
  readonly #limits: DocumentLimits;
  readonly #document: number;
  readonly pages: number;

  constructor(pdfium: Pdfium, bytes: Buffer, limits: DocumentLimits) {
    this.#pdfium = pdfium;
    this.#limits = limits;
    this.#document = this.#guarded("document_damaged", () => this.#load(bytes));
    this.pages = this.#guarded("document_damaged", () => pdfium.module._FPDF_GetPageCount(this.#document));
    checkPages(this.pages, limits);
  }

  async page(number: number): Promise<PageContent> {
    const { content, jpegs } = this.#guarded("page_damaged", () => this.#page(number));
    for (const jpeg of jpegs) {
      await checkJpeg(jpeg, this.#limits).catch((cause: unknown) => {
        throw new OrderFailure("page_damaged", { cause });
      });
    }
    return content;
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

  #load(bytes: Buffer): number {
    const { module } = this.#pdfium;
    // It must stay there for as long as the document is open.
    const copy = this.#pdfium.copy(bytes);
    const document = module._FPDF_LoadMemDocument(copy, bytes.length, 0);
    if (document !== 0) return document;
    throw new OrderFailure(loadFailures.get(module._FPDF_GetLastError()) ?? "document_damaged");
  }

  /** `jpegs` are those of a scan, which pdfium draws even where they are damaged. */
  #page(number: number): { content: PageContent; jpegs: Buffer[] } {
    const page = this.#open(number);
    const parts = this.#parts(page);
    const image = this.#draw(page, parts);
    const text = readTextLayer(this.#pdfium, page, image);
    if (text) return { content: { image, text }, jpegs: [] };
    return { content: { image }, jpegs: parts.images.flatMap((one) => this.#check(page, one)) };
  }

  /** With its stamps and filled forms as parts of the page itself. */
  #open(number: number): number {
    const { module } = this.#pdfium;
    const page = module._FPDF_LoadPage(this.#document, number - 1);
    if (page === 0) throw new OrderFailure("page_damaged");
    if (module._FPDFPage_Flatten(page, flattenForDisplay) !== flattened) return page;
    module._FPDF_ClosePage(page);
    return module._FPDF_LoadPage(this.#document, number - 1);
  }

  #draw(page: number, parts: Parts): GreyImage {
    const { module } = this.#pdfium;
    const inches = {
      width: module._FPDF_GetPageWidthF(page) / pointsPerInch,
      height: module._FPDF_GetPageHeightF(page) / pointsPerInch,
    };
    const dpi = this.#fitting(inches, resolutionOf(inches, parts));
    const { width, height } = pixelsOf(inches, dpi);
    const pixels = this.#pdfium.allocate(width * height);
    const bitmap = module._FPDFBitmap_CreateEx(width, height, greyBitmap, pixels, width);
    if (bitmap === 0) throw new OrderFailure("page_damaged");
    module._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, white);
    module._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, drawGrey);
    const data = Buffer.from(module.HEAPU8.subarray(pixels, pixels + width * height));
    module._FPDFBitmap_Destroy(bitmap);
    this.#pdfium.free(pixels);
    return { data, width, height, dpi: credibleDpi(dpi) };
  }

  /** The wanted dots per inch, or fewer. Throws OrderFailure for a page that would be too coarse within the limit. */
  #fitting(inches: Size, wanted: number): number {
    const fitting = Math.sqrt(this.#limits.pixels / areaOf(inches));
    const least = Math.min(wanted, drawingDpi.least);
    const { width, height } = pixelsOf(inches, least);
    if (fitting < least) checkPixels(width, height, this.#limits);
    return Math.min(wanted, fitting);
  }

  /** Checks the size of images before anything decodes them. */
  #parts(page: number): Parts {
    const { module } = this.#pdfium;
    const images: Image[] = [];
    let hasText = false;
    let count = 0;
    const visit = (object: number, scale: number, depth: number): void => {
      if (++count > objectLimit.count || depth > objectLimit.depth) return;
      switch (module._FPDFPageObj_GetType(object)) {
        case objectTypes.image:
          images.push(this.#image(object, scale));
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
    return { images, hasText };
  }

  #image(object: number, scale: number): Image {
    const { module } = this.#pdfium;
    const size = this.#pdfium.ints(2, (at) => module._FPDFImageObj_GetImagePixelSize(object, at, at + 4));
    const [width = 0, height = 0] = size ?? [];
    checkPixels(width, height, this.#limits);
    this.#checkJpegSize(object);
    // An image is drawn into a square of one point by one, which its matrix makes as large as it is to be.
    return { object, width, height, area: (scale * this.#scale(object)) / pointsPerInch ** 2 };
  }

  /** A JPEG is decoded at the size that it says itself, which may be another than its document's. */
  #checkJpegSize(image: number): void {
    if (this.#lastFilter(image) !== "DCTDecode") return;
    const { width = 0, height = 0 } = jpegSize(this.#decoded(image)) ?? {};
    if (width * height > 0) checkPixels(width, height, this.#limits);
  }

  /** How many times larger an object's area becomes on what it lies on. */
  #scale(object: number): number {
    const { module } = this.#pdfium;
    const matrix = this.#pdfium.floats(6, (at) => module._FPDFPageObj_GetMatrix(object, at));
    const [a = 1, b = 0, c = 0, d = 1] = matrix ?? [];
    return Math.abs(a * d - b * c);
  }

  /**
   * Throws OrderFailure for an image of which there is less than there should be: pdfium draws what is left. JPEGs are given back to be
   * checked by their own library.
   */
  #check(page: number, { object, width, height, area }: Image): Buffer[] {
    const { module } = this.#pdfium;
    if (area < ornamentArea) return [];
    const metadata = this.#pdfium.ints(7, (at) => module._FPDFImageObj_GetImageMetadata(object, page, at));
    const bits = metadata?.[4] ?? 0;
    const filter = this.#lastFilter(object);
    // Of other filters the library says only whether it can decode anything.
    if (bits === 0) throw new OrderFailure("page_damaged");
    if (filter === "DCTDecode") return [this.#decoded(object)];
    if (rawFilters.has(filter) && !isWhole(this.#decodedLength(object), width, height, bits)) {
      throw new OrderFailure("page_damaged");
    }
    return [];
  }

  /** "" where the image is not compressed. */
  #lastFilter(image: number): string {
    const { module } = this.#pdfium;
    const last = module._FPDFImageObj_GetImageFilterCount(image) - 1;
    if (last < 0) return "";
    return this.#pdfium.text((at, length) => module._FPDFImageObj_GetImageFilter(image, last, at, length));
  }

  #decodedLength(image: number): number {
    return this.#pdfium.module._FPDFImageObj_GetImageDataDecoded(image, 0, 0);
  }

  #decoded(image: number): Buffer {
    const { module } = this.#pdfium;
    const length = this.#decodedLength(image);
    const bytes = this.#pdfium.allocate(length);
    module._FPDFImageObj_GetImageDataDecoded(image, bytes, length);
    const decoded = Buffer.from(module.HEAPU8.subarray(bytes, bytes + length));
    this.#pdfium.free(bytes);
    return decoded;
  }
}

type Size = { width: number; height: number };

/** An image on a page: its own pixels, and its place there in square inches. */
type Image = Size & { object: number; area: number };

/** Of what a page is made: `hasText` if there is text to be seen. */
type Parts = { images: Image[]; hasText: boolean };

/** Dots per inch. A scan is drawn as its finest image is; text that lies over it needs its own. */
function resolutionOf(inches: Size, { images, hasText }: Parts): number {
  const covered = images.reduce((sum, { area }) => sum + area, 0);
  if (covered < areaOf(inches) * scanShare) return drawingDpi.usual;
  const largest = Math.max(...images.map(({ area }) => area));
  const main = images.filter(({ area }) => area >= largest / 10);
  const finest = Math.max(...main.map(({ width, height, area }) => Math.sqrt((width * height) / area)));
  return Math.max(hasText ? drawingDpi.usual : scanDpi.least, Math.min(scanDpi.most, finest));
}

function areaOf({ width, height }: Size): number {
  if (width > 0 && height > 0) return width * height;
  throw new OrderFailure("page_damaged");
}

function pixelsOf({ width, height }: Size, dpi: number): Size {
  return { width: Math.max(1, Math.round(width * dpi)), height: Math.max(1, Math.round(height * dpi)) };
}

/** Whether so many bytes are an image of this size, in some number of bits and colours: pdfium tells those that it draws with. */
function isWhole(length: number, width: number, height: number, bits: number): boolean {
  const bytes = (bitsPerPixel: number) => Math.ceil((width * bitsPerPixel) / 8) * height;
  if (length >= bytes(bits)) return true;
  const possible = [1, 2, 4, 8, 16].flatMap((depth) => [1, 3, 4].map((colours) => bytes(depth * colours)));
  // Some writers end the data with a line.
  return possible.some((whole) => length >= whole && length <= whole + 2);
}
