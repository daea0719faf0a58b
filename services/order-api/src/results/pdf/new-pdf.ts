import {
  beginText,
  drawObject,
  endText,
  moveText,
  PDFHexString,
  type PDFOperator,
  type PDFRef,
  PDFString,
  popGraphicsState,
  pushGraphicsState,
  scale,
  setFontAndSize,
  showText,
} from "@cantoo/pdf-lib";
import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { PdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import sharp from "sharp";
import { documentName } from "../document-name.ts";
import type { DocumentPage, ResultDocument } from "../formats/result-document.ts";
import { compose, type Matrix, stretch } from "./matrix.ts";
import { PdfFile } from "./pdf-file.ts";
import { InvisibleFont } from "./pdf-font.ts";
import { deflatedOperators, writeStreams } from "./pdf-streams.ts";
import { beforePreparation, ontoPage, quarterTurn } from "./placement.ts";
import { singleFile } from "./single-file.ts";
import { invisibleFontName, textOverlay } from "./text-overlay.ts";

// sharp may use one core. The others are left for requests that arrive meanwhile.
sharp.concurrency(1);
sharp.cache(false);

const jpegQuality = 50;
/**
 * Up to this many samples (pixels times channels), an image gets Huffman tables of its own, which saves 5 to
 * 12 % of a scan. libjpeg then holds the whole image, measured as 4 bytes a sample: 100 MB for A4 at 300 dpi
 * in colours, but 600 MB for 50 megapixels, more than the service's memory.
 */
const mostOptimisedSamples = 30_000_000;
const pointsPerInch = 72;
/** The longest side of a page (ISO 32000-1, C.2). */
const longestPoints = 14_400;
const a4 = { width: 595, height: 842 };

/** Only one page's image is decoded at a time, however many PDFs are being written. */
const inTurn = singleFile();

/**
 * Writes a PDF of the pages as they were read, with their words as invisible text over them. Yields parts
 * page by page, and makes a part only when the one before was taken. A page that was not read is replaced by
 * a message.
 */
export function writePreparedPdf(document: ResultDocument): AsyncGenerator<Uint8Array> {
  return writeNewPdf(document, false);
}

/**
 * The same with the images of the document itself. A page whose image was not stored is shown as it was read.
 */
export function writeImagePdf(document: ResultDocument): AsyncGenerator<Uint8Array> {
  return writeNewPdf(document, true);
}

async function* writeNewPdf(document: ResultDocument, asTheyCame: boolean): AsyncGenerator<Uint8Array> {
  const file = new PdfFile();
  yield file.begin();
  const writer = new NewPdf(file, document, asTheyCame);
  for await (const page of document.pages()) yield* await writer.page(page);
  yield* writer.end();
}

/**
 * Parts must be created in the order in which they are sent, because the file counts the bytes before each
 * object.
 */
class NewPdf {
  readonly #file: PdfFile;
  readonly #document: ResultDocument;
  readonly #asTheyCame: boolean;
  readonly #font = new InvisibleFont();
  readonly #fontRef: PDFRef;
  readonly #pageTree: PDFRef;
  readonly #pages: PDFRef[] = [];

  constructor(file: PdfFile, document: ResultDocument, asTheyCame: boolean) {
    this.#file = file;
    this.#document = document;
    this.#asTheyCame = asTheyCame;
    this.#fontRef = file.context.nextRef();
    this.#pageTree = file.context.nextRef();
  }

  async page({ page, result, error }: DocumentPage): Promise<Uint8Array[]> {
    if (!result) return this.#failedPage(page, error);
    const parts = this.#asTheyCame ? await this.#document.pdfPage(page) : undefined;
    return parts?.size ? this.#imagePage(result, parts, parts.size) : this.#preparedPage(result);
  }

  *end(): Generator<Uint8Array> {
    const { context } = this.#file;
    const { order } = this.#document;
    for (const [ref, object] of this.#font.objects(this.#file, this.#fontRef))
      yield this.#file.object(ref, object);
    const tree = context.obj({ Type: "Pages", Kids: this.#pages, Count: this.#pages.length });
    yield this.#file.object(this.#pageTree, tree);
    const catalog = context.nextRef();
    yield this.#file.object(catalog, context.obj({ Type: "Catalog", Pages: this.#pageTree }));
    const info = context.nextRef();
    const made = PDFString.fromDate(new Date(order.finished_ms ?? 0));
    const about = {
      Title: PDFHexString.fromText(documentName(order, " ").replaceAll("_", " ")),
      Subject: PDFHexString.fromText(`Order ${order.order_id}`),
      Creator: PDFString.of("orbital-witness"),
      ...{ CreationDate: made, ModDate: made },
    };
    yield this.#file.object(info, context.obj(about));
    const id = `<${order.order_id.replaceAll("-", "")}>`;
    yield this.#file.end(`/Root ${catalog}\n/Info ${info}\n/ID [${id} ${id}]`);
  }

  async #imagePage(
    result: PageResult,
    { contents = 0, resources = "", streams, image }: PdfPage,
    { width, height }: { width: number; height: number },
  ): Promise<Uint8Array[]> {
    const { parts, refs, source } = writeStreams(this.#file, streams);
    const box: [number, number, number, number] = [0, 0, width, height];
    const toPage = compose(beforePreparation(result, image), ontoPage(image, { box, rotate: 0 }));
    const overlay = await this.#overlay(result, toPage);
    const turned = quarterTurn(result.preparation);
    const page = this.#page({
      size: { width, height },
      contents: `${overlay.ref} ${refs[contents]}`,
      resources: `${source(resources)} /Font << /${invisibleFontName} ${this.#fontRef} >>`,
      more: turned === 0 ? "" : `/Rotate ${turned}`,
    });
    return [...parts, ...overlay.parts, page];
  }

  async #preparedPage(result: PageResult): Promise<Uint8Array[]> {
    const { page, width, height, dpi } = result;
    const { jpeg, colourSpace } = await inTurn(async () => asJpeg(await this.#document.image(page)));
    const picture = this.#file.context.nextRef();
    const fields = {
      ...{ Type: "XObject", Subtype: "Image", Width: width, Height: height },
      ...{ ColorSpace: colourSpace, BitsPerComponent: 8, Filter: "DCTDecode" },
    };
    const pointsPerPixel = Math.min(pointsPerInch / dpi, longestPoints / Math.max(width, height));
    const size = { width: width * pointsPerPixel, height: height * pointsPerPixel };
    const toPage = compose(stretch(pointsPerPixel, -pointsPerPixel), [1, 0, 0, 1, 0, size.height]);
    const draw = [
      pushGraphicsState(),
      scale(size.width, size.height),
      drawObject("Image"),
      popGraphicsState(),
    ];
    const pictureParts = this.#file.stream(picture, jpeg, fields);
    const content = await this.#overlay(result, toPage, draw);
    const fonts = `/Font << /${invisibleFontName} ${this.#fontRef} >>`;
    const resources = `/XObject << /Image ${picture} >> ${fonts}`;
    return [
      ...pictureParts,
      ...content.parts,
      this.#page({ size, contents: String(content.ref), resources }),
    ];
  }

  async #failedPage(page: number, { message }: FailureReason): Promise<Uint8Array[]> {
    const { context } = this.#file;
    const font = context.nextRef();
    const helvetica = { Type: "Font", Subtype: "Type1", BaseFont: "Helvetica", Encoding: "WinAnsiEncoding" };
    const operators = [
      ...[beginText(), setFontAndSize("Visible", 12), moveText(72, a4.height - 72)],
      ...[showText(winAnsi(`Page ${page} of this document could not be read.`))],
      ...[moveText(0, -20), setFontAndSize("Visible", 9), showText(winAnsi(message)), endText()],
    ];
    const fontPart = this.#file.object(font, context.obj(helvetica));
    const content = await this.#content(operators);
    return [
      fontPart,
      ...content.parts,
      this.#page({ size: a4, contents: String(content.ref), resources: `/Font << /Visible ${font} >>` }),
    ];
  }

  #overlay(result: PageResult, toPage: Matrix, before: PDFOperator[] = []) {
    const lines = result.blocks.flatMap((block) => block.lines.map((line) => line.words));
    return this.#content([...before, ...textOverlay(lines, this.#font, toPage)]);
  }

  async #content(operators: PDFOperator[]) {
    const ref = this.#file.context.nextRef();
    const drawing = await deflatedOperators(operators);
    return { ref, parts: this.#file.stream(ref, drawing, { Filter: "FlateDecode" }) };
  }

  /** `size` in points; the others as PDF source. */
  #page(page: { size: typeof a4; contents: string; resources: string; more?: string }): Uint8Array {
    const { size, contents, resources, more = "" } = page;
    const ref = this.#file.context.nextRef();
    this.#pages.push(ref);
    const box = `/MediaBox [0 0 ${decimal(size.width)} ${decimal(size.height)}]`;
    const source = [
      ...["<<", "/Type /Page", `/Parent ${this.#pageTree}`, box, `/Contents [${contents}]`],
      ...[`/Resources << ${resources} >>`, more, ">>"],
    ].join("\n");
    return this.#file.object(ref, Buffer.from(source, "latin1"));
  }
}

/** A number in PDF source, which has no exponents. */
function decimal(number: number): string {
  return String(Math.round(number * 1e4) / 1e4);
}

/** The picture of a page as a JPEG with as many components as its colour space has. */
async function asJpeg(image: Buffer): Promise<{ jpeg: Buffer; colourSpace: "DeviceGray" | "DeviceRGB" }> {
  const { width, height, channels } = await sharp(image).metadata();
  // `greyscale()` alone would leave three components.
  const picture = channels === 1 ? sharp(image).toColourspace("b-w") : sharp(image);
  // Halving the colours' resolution would save 7 % and blur the thin lines of plans.
  const options = {
    ...{ quality: jpegQuality, chromaSubsampling: "4:4:4" },
    optimiseCoding: width * height * channels <= mostOptimisedSamples,
  };
  const { data, info } = await picture.jpeg(options).toBuffer({ resolveWithObject: true });
  return { jpeg: data, colourSpace: info.channels === 1 ? "DeviceGray" : "DeviceRGB" };
}

function winAnsi(text: string): PDFHexString {
  return PDFHexString.of(Buffer.from(text.replace(/[^\x20-\x7e]/gu, "?"), "latin1").toString("hex"));
}
