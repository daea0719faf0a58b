import {
  decodePDFRawStream,
  PDFArray,
  type PDFContext,
  PDFDict,
  PDFName,
  PDFParser,
  PDFRawStream,
  PDFWriter,
} from "@cantoo/pdf-lib";
import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import type { Pointer } from "../../documents/pdf/pdfium-calls.ts";
import { saveCopy } from "../save-copy.ts";

/** `content`: the decoded content streams of the page, joined. `loaded`: the page, loaded by PDFium. */
export type SinglePage = { content: Buffer; loaded: Pointer; withContent(edited: Buffer): Promise<Pointer> };

const objectsPerTick = 1000;

/**
 * Copies a page (from 1) into a new document, so that only this page has to be parsed. `withContent` loads
 * the page with other content. Throws an Error if a step fails.
 */
export async function singlePage(pdfium: Pdfium, document: Pointer, page: number): Promise<SinglePage> {
  const { module } = pdfium;
  const alone = module._FPDF_CreateNewDocument();
  const indices = pdfium.copy(new Uint8Array(Int32Array.of(page - 1).buffer));
  if (!module._FPDF_ImportPagesByIndex(alone, document, indices, 1, 0))
    throw new Error("PDFium cannot copy the page");
  const bytes = saveCopy(pdfium, alone);
  const context = await PDFParser.forBytesWithOptions(bytes).parseDocument();
  const dictionary = pageOf(context);
  async function withContent(edited: Buffer): Promise<Pointer> {
    dictionary.set(PDFName.of("Contents"), context.register(context.flateStream(edited)));
    return loadOnly(pdfium, await PDFWriter.forContext(context, objectsPerTick).serializeToBuffer());
  }
  return { content: contentOf(context, dictionary), loaded: loadOnly(pdfium, bytes), withContent };
}

function loadOnly(pdfium: Pdfium, bytes: Uint8Array): Pointer {
  const { module } = pdfium;
  const document = module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0);
  const page = document === 0 ? 0 : module._FPDF_LoadPage(document, 0);
  if (page === 0) throw new Error("PDFium cannot open the copied page");
  return page;
}

function pageOf(context: PDFContext): PDFDict {
  const found = context.enumerateIndirectObjects().map(([, object]) => object);
  const only = found.find(
    (each) => each instanceof PDFDict && String(each.get(PDFName.of("Type"))) === "/Page",
  );
  if (!(only instanceof PDFDict)) throw new Error("the copied page is not found");
  return only;
}

function contentOf(context: PDFContext, page: PDFDict): Buffer {
  const contents = page.lookup(PDFName.of("Contents"));
  const streams =
    contents instanceof PDFArray ? contents.asArray().map((ref) => context.lookup(ref)) : [contents];
  const decoded = streams.map((stream) => {
    if (!(stream instanceof PDFRawStream)) throw new Error("a content stream is not found");
    return decodePDFRawStream(stream).decode();
  });
  // Readers end a token at the end of its stream.
  return Buffer.concat(decoded.flatMap((each) => [each, Buffer.from("\n")]));
}
