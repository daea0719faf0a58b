import { promisify } from "node:util";
import { deflate } from "node:zlib";
import {
  beginText,
  drawObject,
  endText,
  moveText,
  PDFHexString,
  type PDFObject,
  type PDFOperator,
  type PDFRef,
  PDFString,
  popGraphicsState,
  pushGraphicsState,
  scale,
  setCharacterSqueeze,
  setFontAndSize,
  setTextMatrix,
  setTextRenderingMode,
  showText,
  TextRenderingMode,
} from "@cantoo/pdf-lib";
import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import type { Line, PageResult } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import type { DocumentPage, ResultDocument } from "../formats/result-document.ts";
import { PdfFile } from "./pdf-file.ts";
import { characterWidth, InvisibleFont } from "./pdf-font.ts";
import { singleFile } from "./single-file.ts";

// The other cores are for the requests that come meanwhile.
sharp.concurrency(1);
sharp.cache(false);

const jpegQuality = 50;
const pointsPerInch = 72;
/** What a page's side may be at most (ISO 32000-1, C.2). */
const longestPoints = 14_400;
const a4 = { width: 595, height: 842 };
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

const deflated = promisify<string, Uint8Array>(deflate);
/** However many PDFs are being written: one page's image is all that is decoded at a time. */
const inTurn = singleFile();

/**
 * The pages' images, with their words as invisible text in their places. In parts, page after page: none is begun before the part
 * before it was taken. A page that was not read is one that says so.
 */
export async function* writePdf(document: ResultDocument): AsyncGenerator<Uint8Array> {
  const file = new PdfFile();
  yield file.begin();
  const writer = new PdfWriter(file, document);
  for await (const page of document.pages()) yield* await writer.page(page);
  yield* writer.end();
}

class PdfWriter {
  readonly #file: PdfFile;
  readonly #document: ResultDocument;
  readonly #font = new InvisibleFont();
  readonly #fontRef: PDFRef;
  readonly #pageTree: PDFRef;
  readonly #pages: PDFRef[] = [];

  constructor(file: PdfFile, document: ResultDocument) {
    this.#file = file;
    this.#document = document;
    this.#fontRef = file.context.nextRef();
    this.#pageTree = file.context.nextRef();
  }

  async page({ page, result, error }: DocumentPage): Promise<Uint8Array[]> {
    return result ? this.#readPage(result) : this.#failedPage(page, error);
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
      Title: PDFHexString.fromText(`${order.title_number} ${order.document_type.replaceAll("_", " ")}`),
      Subject: PDFHexString.fromText(`Order ${order.order_id}`),
      Creator: PDFString.of("orbital-witness"),
      ...{ CreationDate: made, ModDate: made },
    };
    yield this.#file.object(info, context.obj(about));
    const id = PDFHexString.of(order.order_id.replaceAll("-", ""));
    yield this.#file.end({ Root: catalog, Info: info, ID: context.obj([id, id]) });
  }

  async #readPage(result: PageResult): Promise<Uint8Array[]> {
    const { context } = this.#file;
    const { page, width, height, dpi, blocks } = result;
    const jpeg = await inTurn(async () => greyJpeg(await this.#document.image(page)));
    const imageRef = context.nextRef();
    const imageFields = {
      ...{ Type: "XObject", Subtype: "Image", Width: width, Height: height },
      ...{ ColorSpace: "DeviceGray", BitsPerComponent: 8, Filter: "DCTDecode" },
    };
    const pointsPerPixel = Math.min(pointsPerInch / dpi, longestPoints / Math.max(width, height));
    const lines = blocks.flatMap((block) => block.lines);
    const operators = [
      ...[pushGraphicsState(), scale(width * pointsPerPixel, height * pointsPerPixel)],
      ...[drawObject("Image"), popGraphicsState()],
      ...[pushGraphicsState(), scale(pointsPerPixel, pointsPerPixel)],
      ...[beginText(), setTextRenderingMode(TextRenderingMode.Invisible)],
      ...lines.flatMap((line) => this.#lineOperators(line, height)),
      ...[endText(), popGraphicsState()],
    ];
    const size = { width: width * pointsPerPixel, height: height * pointsPerPixel };
    const resources = context.obj({ XObject: { Image: imageRef }, Font: { Invisible: this.#fontRef } });
    const imageParts = this.#file.stream(imageRef, jpeg, imageFields);
    return [...imageParts, ...(await this.#page(size, resources, operators))];
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
    const resources = context.obj({ Font: { Visible: font } });
    return [this.#file.object(font, context.obj(helvetica)), ...(await this.#page(a4, resources, operators))];
  }

  /** `size` in points. */
  async #page(
    { width, height }: { width: number; height: number },
    resources: PDFObject,
    operators: PDFOperator[],
  ): Promise<Uint8Array[]> {
    const { context } = this.#file;
    const [content, page] = [context.nextRef(), context.nextRef()];
    this.#pages.push(page);
    const drawing = await deflated(operators.join("\n"));
    const fields = {
      Type: "Page",
      Parent: this.#pageTree,
      MediaBox: [0, 0, width, height],
      Contents: content,
    };
    return [
      ...this.#file.stream(content, drawing, { Filter: "FlateDecode" }),
      this.#file.object(page, context.obj({ ...fields, Resources: resources })),
    ];
  }

  /**
   * In pixels. All words of a line are as high and stand on the same baseline, since readers take those that do not for other lines; each is as wide
   * as its box, and followed by a space.
   */
  #lineOperators({ words }: Line, pageHeight: number): PDFOperator[] {
    const bottom = median(words.map(({ box }) => box[3]));
    const size = Math.max(1, bottom - median(words.map(({ box }) => box[1])));
    const inWords = words.flatMap(({ text, box: [left, , right] }) => {
      const characters = [...text.toWellFormed()];
      const drawn = rightToLeft.test(text) ? characters.reverse() : characters;
      const squeeze = (100 * Math.max(1, right - left)) / (characters.length * characterWidth * size);
      return [
        setCharacterSqueeze(Math.round(squeeze * 100) / 100),
        setTextMatrix(1, 0, 0, 1, left, pageHeight - bottom),
        showText(this.#font.encode([...drawn, " "])),
      ];
    });
    return [setFontAndSize("Invisible", size), ...inWords];
  }
}

/** One component: what the page's `DeviceGray` says. `greyscale()` alone leaves three. */
function greyJpeg(image: Buffer): Promise<Buffer> {
  return sharp(image).toColourspace("b-w").jpeg({ quality: jpegQuality }).toBuffer();
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function winAnsi(text: string): PDFHexString {
  return PDFHexString.of(Buffer.from(text.replace(/[^\x20-\x7e]/gu, "?"), "latin1").toString("hex"));
}
