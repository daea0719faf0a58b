import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { decodePDFRawStream, PDFArray, PDFDict, PDFName, PDFParser, PDFRawStream } from "@cantoo/pdf-lib";
import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import type { TextObjectsToRemove } from "../documents/document.ts";
import { objectLimit } from "../documents/pdf/page-objects.ts";
import { Pdfium } from "../documents/pdf/pdfium.ts";
import { objectTypes, type Pointer } from "../documents/pdf/pdfium-calls.ts";
import { removeTexts, type TextFate } from "./remove-text.ts";
import { saveCopy } from "./save-copy.ts";

const deflated = promisify<Uint8Array, Buffer>(deflate);
const memoryBytes = 512 * 1024 * 1024;

/** Whether any text object must be removed. */
export function hasRemovals({ hidden, wrong }: TextObjectsToRemove): boolean {
  return hidden.length + wrong.length > 0;
}

/**
 * Returns the page's content without hidden text objects. Wrong text objects stay visible, but viewers no
 * longer extract their text. Throws an Error if the content's operations do not match PDFium's objects.
 */
export async function editedContent(
  bytes: Buffer,
  page: number,
  remove: TextObjectsToRemove,
): Promise<PdfStream> {
  const pdfium = await Pdfium.open(memoryBytes + bytes.length);
  const { module } = pdfium;
  const document = module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0);
  const loaded = document === 0 ? 0 : module._FPDF_LoadPage(document, page - 1);
  if (loaded === 0) throw new Error("PDFium cannot open the page again");
  const { texts, drawsGo } = fatesOf(pdfium, loaded, remove);
  const edited = removeTexts(await contentOf(pdfium, document, page), texts, drawsGo);
  if (!edited) throw new Error("the operations of the page's content do not match its objects");
  return { entries: "/Filter /FlateDecode", content: await deflated(edited) };
}

/**
 * Decides what happens to each of the page's text objects, and to each image and form that it draws, in
 * order.
 */
function fatesOf(pdfium: Pdfium, page: Pointer, { hidden, wrong }: TextObjectsToRemove) {
  const { module } = pdfium;
  const [gone, untexted] = [new Set(hidden), new Set(wrong)];
  let number = 0;
  /** Whether a form contains only text that is removed. */
  const isGone = (form: Pointer, depth: number): boolean => {
    let all = true;
    for (let index = 0; index < module._FPDFFormObj_CountObjects(form); index++) {
      const object = module._FPDFFormObj_GetObject(form, index);
      const type = module._FPDFPageObj_GetType(object);
      if (type === objectTypes.text) all = gone.has(number++) && all;
      else all = type === objectTypes.form && depth < objectLimit.depth && isGone(object, depth + 1) && all;
    }
    return all && module._FPDFFormObj_CountObjects(form) > 0;
  };
  const texts: (TextFate & { object: Pointer })[] = [];
  const drawsGo: boolean[] = [];
  for (let index = 0; index < module._FPDFPage_CountObjects(page); index++) {
    const object = module._FPDFPage_GetObject(page, index);
    const type = module._FPDFPageObj_GetType(object);
    if (type === objectTypes.text) {
      const fate = gone.has(number) ? "remove" : untexted.has(number) ? "untext" : "keep";
      texts.push({ object, fate, advance: 0 });
      number++;
    } else if (type === objectTypes.form) drawsGo.push(isGone(object, 1));
    else if (type === objectTypes.image) drawsGo.push(false);
  }
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1];
    if (text.fate === "remove" && next) text.advance = advanceOf(pdfium, text.object, next.object);
  }
  return { texts, drawsGo };
}

/**
 * The distance along the line from the start of one text object to the start of another, in thousandths of
 * the first one's font size.
 */
function advanceOf(pdfium: Pdfium, one: Pointer, other: Pointer): number {
  const { module } = pdfium;
  const from = pdfium.floats(6, (at) => module._FPDFPageObj_GetMatrix(one, at));
  const to = pdfium.floats(6, (at) => module._FPDFPageObj_GetMatrix(other, at));
  const [size = 0] = pdfium.floats(1, (at) => module._FPDFTextObj_GetFontSize(one, at)) ?? [];
  if (!from || !to || size === 0) return 0;
  const [a = 1, b = 0, , , e = 0, f = 0] = from;
  const [, , , , nextE = 0, nextF = 0] = to;
  return (1000 * ((nextE - e) * a + (nextF - f) * b)) / ((a * a + b * b) * size);
}

/**
 * The decoded content of a page. PDFium first copies the page into a new document, so that only this page has
 * to be parsed.
 */
async function contentOf(pdfium: Pdfium, document: Pointer, page: number): Promise<Buffer> {
  const { module } = pdfium;
  const alone = module._FPDF_CreateNewDocument();
  const indices = pdfium.copy(new Uint8Array(Int32Array.of(page - 1).buffer));
  if (!module._FPDF_ImportPagesByIndex(alone, document, indices, 1, 0))
    throw new Error("PDFium cannot copy the page");
  const context = await PDFParser.forBytesWithOptions(saveCopy(pdfium, alone)).parseDocument();
  const found = context.enumerateIndirectObjects().map(([, object]) => object);
  const only = found.find(
    (each) => each instanceof PDFDict && String(each.get(PDFName.of("Type"))) === "/Page",
  );
  if (!(only instanceof PDFDict)) throw new Error("the copied page is not found");
  const contents = only.lookup(PDFName.of("Contents"));
  const streams =
    contents instanceof PDFArray ? contents.asArray().map((ref) => context.lookup(ref)) : [contents];
  const decoded = streams.map((stream) => {
    if (!(stream instanceof PDFRawStream)) throw new Error("a content stream is not found");
    return decodePDFRawStream(stream).decode();
  });
  // A token cannot continue in the next stream, so the streams are joined by line ends.
  return Buffer.concat(decoded.flatMap((each) => [each, Buffer.from("\n")]));
}
