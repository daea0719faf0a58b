import type { PageWarning } from "@orbital-witness/common/results/page-result.ts";
import { type FailureCode, OrderFailure } from "../../failure.ts";
import { checkPages, type DocumentLimits } from "../../limits.ts";
import type { Document, PageContent, ReadPicture } from "../document.ts";
import { decodingFailure } from "../image/decoding-failure.ts";
import { checkJpeg } from "../image/image.ts";
import { drawingResolution, pixelsOf } from "./drawing-resolution.ts";
import { hasFineMask } from "./image-masks.ts";
import { checkImages, type Image } from "./image-stream.ts";
import { loadFlat } from "./page-annotations.ts";
import { PageDrawing } from "./page-drawing.ts";
import { pageObjects } from "./page-objects.ts";
import { Pdfium } from "./pdfium.ts";
import { type Pointer, pdfiumErrors } from "./pdfium-calls.ts";
import type { Direction } from "./text/direction.ts";
import { type DrawnPage, drawPage, readPage } from "./text/page-reading.ts";
import { turnOf, turnPage } from "./text/page-turn.ts";
import { userUnit } from "./user-unit.ts";

/** The memory for decompressing and drawing pages, in bytes. The file itself is added. */
const memoryBytes = 512 * 1024 * 1024;
const pointsPerInch = 72;

const loadFailures: ReadonlyMap<number, FailureCode> = new Map([
  [pdfiumErrors.password, "document_encrypted"],
  [pdfiumErrors.security, "document_encrypted"],
]);

/** Throws OrderFailure for bytes that are not a readable PDF. */
export async function openPdf(bytes: Buffer, limits: DocumentLimits): Promise<Document> {
  return new PdfDocument(await Pdfium.open(memoryBytes + bytes.length), bytes, limits);
}

/** `turn`: the clockwise rotation of the drawn page, in degrees. */
type TurnedPage = DrawnPage & { turn: Direction };

class PdfDocument implements Document {
  readonly #pdfium: Pdfium;
  readonly #limits: DocumentLimits;
  readonly #bytes: Buffer;
  readonly #document: number;
  readonly #forms: number;
  readonly #turns = new Map<number, Direction>();
  readonly pages: number;

  constructor(pdfium: Pdfium, bytes: Buffer, limits: DocumentLimits) {
    this.#pdfium = pdfium;
    this.#limits = limits;
    this.#bytes = bytes;
    this.#document = this.#guarded("document_damaged", () => this.#load(bytes));
    this.#forms = this.#guarded("document_damaged", () => pdfium.openForms(this.#document));
    this.pages = this.#guarded("document_damaged", () => pdfium.module._FPDF_GetPageCount(this.#document));
    checkPages(this.pages, limits);
  }

  async page(number: number, read: ReadPicture): Promise<PageContent> {
    const unit = await userUnit(this.#bytes, number - 1);
    const drawn = this.#guarded("page_damaged", () => this.#draw(number, unit));
    const { flat, objects, turn, page } = drawn;
    const found = await readPage(this.#pdfium, drawn, read).catch((cause: unknown) => this.#failed(cause));
    let { drawing } = drawn;
    const colour = async () => this.#guarded("page_damaged", () => drawing.colourImage(page.dpi));
    const content: PageContent = { ...found, colour };
    if (content.text) return turn === 0 ? content : { ...content, turn };
    // The recognition decides for itself in which direction a page is read.
    if (turn !== 0) {
      drawing = this.#guarded("page_damaged", () => this.#asItCame(drawn));
      content.image = this.#guarded("page_damaged", () => drawing.grey(page.dpi ?? 0));
      this.#turns.delete(number);
    }
    const warnings = await this.#checkImages(flat.page, objects.images);
    return warnings.length === 0 ? content : { ...content, warnings };
  }

  /** Throws OrderFailure for an image with missing or damaged pixels. */
  async #checkImages(page: Pointer, images: readonly Image[]): Promise<PageWarning[]> {
    const checked = this.#guarded("page_damaged", () => checkImages(this.#pdfium, page, images));
    const warnings = new Set<PageWarning>(checked.hasExtra ? ["image_bytes_extra"] : []);
    for (const jpeg of checked.jpegs) {
      const found = await checkJpeg(jpeg, this.#limits).catch((cause: unknown) => {
        throw decodingFailure("page_damaged", cause);
      });
      for (const warning of found) warnings.add(warning);
    }
    return [...warnings];
  }

  /** An error inside PDFium is the document's fault, because each document has a new PDFium. */
  #guarded<T>(code: FailureCode, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (this.#pdfium.isExhausted) throw tooMuchMemory(cause);
      throw cause instanceof OrderFailure ? cause : new OrderFailure(code, { cause });
    }
  }

  #failed(cause: unknown): never {
    throw this.#pdfium.isExhausted ? tooMuchMemory(cause) : cause;
  }

  #load(bytes: Buffer): number {
    const { module } = this.#pdfium;
    // PDFium needs this copy for as long as the document is open.
    const copy = this.#pdfium.copy(bytes);
    const document = module._FPDF_LoadMemDocument(copy, bytes.length, 0);
    if (document !== 0) return document;
    throw new OrderFailure(loadFailures.get(module._FPDF_GetLastError()) ?? "document_damaged");
  }

  /** `unit`: the number of points in one unit of the page. */
  #draw(number: number, unit: number): TurnedPage {
    const { module } = this.#pdfium;
    const flat = loadFlat(this.#pdfium, this.#document, this.#forms, number - 1);
    if (flat.page === 0) throw new OrderFailure("page_damaged");
    const inchesPerUnit = unit / pointsPerInch;
    const objects = pageObjects(this.#pdfium, flat.page, flat.ownCount, inchesPerUnit, this.#limits);
    // PDFium keeps the turn of an earlier reading of the page.
    turnPage(this.#pdfium, flat.page, -(this.#turns.get(number) ?? 0));
    const turn = turnOf(this.#pdfium, flat.page, objects);
    turnPage(this.#pdfium, flat.page, turn);
    this.#turns.set(number, turn);
    const inches = {
      width: module._FPDF_GetPageWidthF(flat.page) * inchesPerUnit,
      height: module._FPDF_GetPageHeightF(flat.page) * inchesPerUnit,
    };
    const hasMasks = hasFineMask(this.#pdfium, this.#document, flat.page, objects.images);
    const dpi = drawingResolution(inches, objects, hasMasks, this.#limits);
    const drawing = new PageDrawing(this.#pdfium, flat.page, pixelsOf(inches, dpi));
    return { ...drawPage(this.#pdfium, flat, objects, drawing, dpi), turn };
  }

  /** Returns a drawing of the page without the turn that its text suggested. */
  #asItCame({ flat, drawing, turn }: TurnedPage): PageDrawing {
    turnPage(this.#pdfium, flat.page, -turn);
    const { width, height } = drawing.size;
    const size = turn === 180 ? drawing.size : { width: height, height: width };
    return new PageDrawing(this.#pdfium, flat.page, size);
  }
}

/** Forms that draw each other are parsed again and again, until no memory is left. */
function tooMuchMemory(cause: unknown): OrderFailure {
  return new OrderFailure("document_inflates", {
    message:
      `Drawing the document takes more than ${memoryBytes / 1024 ** 2} MiB of memory: ` +
      "it decompresses to too much, or parts of a page draw each other without end.",
    cause,
  });
}
