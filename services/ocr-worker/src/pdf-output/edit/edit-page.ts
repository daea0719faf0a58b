import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import type { TextObjectsToRemove } from "../../documents/document.ts";
import { Pdfium } from "../../documents/pdf/pdfium.ts";
import { removeTexts } from "./remove-text.ts";
import { differingPixels } from "./same-picture.ts";
import { singlePage } from "./single-page.ts";
import { fatesOf } from "./text-fates.ts";

const deflated = promisify<Uint8Array, Buffer>(deflate);
const memoryBytes = 512 * 1024 * 1024;

/** Whether any text object must change. */
export function hasRemovals({ hidden, wrong, covered }: TextObjectsToRemove): boolean {
  return hidden.length + wrong.length + covered.length > 0;
}

/**
 * `stream`: the edited content of the page; undefined if the content is not changed. `kept`: why text that
 * should be removed is still there; undefined if none is.
 */
export type EditedPage = { stream?: PdfStream; kept?: string };

/**
 * Edits a page's content. Hidden text objects are removed, and so are the covered characters of others. Wrong
 * ones stay visible, but viewers no longer extract their text. An edit that changes the picture of the page
 * is not used. Throws an Error if PDFium cannot open the page again.
 */
export async function editedContent(
  bytes: Buffer,
  page: number,
  remove: TextObjectsToRemove,
): Promise<EditedPage> {
  const pdfium = await Pdfium.open(memoryBytes + bytes.length);
  const document = pdfium.module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0);
  if (document === 0) throw new Error("PDFium cannot open the document again");
  const single = await singlePage(pdfium, document, page);
  const { texts, drawsGo, removed, left } = fatesOf(pdfium, single.loaded, remove);
  const edited = removeTexts(single.content, texts, drawsGo);
  if (!edited) return { kept: "the operations of the page's content do not match its objects" };
  const after = await single.withContent(edited.content);
  // A character that counts as covered may still show a few pixels.
  const characters = remove.covered.flatMap(({ runs }) => runs.map(([first, last]) => last - first + 1));
  const allowed = characters.reduce((sum, count) => sum + count, 0);
  const differing = differingPixels(pdfium, single.loaded, after, removed);
  if (differing > allowed) return { kept: `without its hidden text the page differs in ${differing} pixels` };
  const stream = { entries: "/Filter /FlateDecode", content: await deflated(edited.content) };
  const kept = left + edited.uncut;
  return kept === 0 ? { stream } : { stream, kept: `${kept} text objects could not be edited` };
}
