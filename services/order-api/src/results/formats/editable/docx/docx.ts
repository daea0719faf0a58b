import { escapeMarkup } from "../../markup.ts";
import type { DocumentPage, ResultDocument } from "../../result-document.ts";
import { type Paragraph, paragraphsOf, type Run } from "../paragraphs.ts";
import { declaration, fixedParts, wordNamespace } from "./fixed-parts.ts";
import { sectionMarkup } from "./section.ts";
import { ZipFile } from "./zip-file.ts";

/**
 * Writes a WordprocessingML document (ISO/IEC 29500-1), page by page. Each page of the result is a section in
 * the size of the scan, and each block a paragraph.
 */
export async function* writeDocx(document: ResultDocument): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, content] of fixedParts(document.order)) yield* zip.file(name, [content]);
  yield* zip.file("word/document.xml", bodyOf(document));
  yield zip.end();
}

async function* bodyOf({ pages, pageCount }: ResultDocument): AsyncGenerator<string> {
  yield `${declaration}<w:document xmlns:w="${wordNamespace}"><w:body>`;
  for await (const page of pages()) yield pageMarkup(page, page.page === pageCount);
  yield "</w:body></w:document>";
}

/** The section of the last page belongs to the body, and any other to the last paragraph of its page. */
function pageMarkup(page: DocumentPage, isLast: boolean): string {
  const section = sectionMarkup(page.result);
  const paragraphs = contentOf(page);
  return paragraphs
    .map((paragraph, index) => {
      if (index < paragraphs.length - 1) return paragraphMarkup(paragraph, "");
      return isLast ? paragraphMarkup(paragraph, "") + section : paragraphMarkup(paragraph, section);
    })
    .join("");
}

/** At least one paragraph. */
function contentOf({ page, result, error }: DocumentPage): Paragraph[] {
  const empty = { size: 11, lines: [] };
  if (!result) {
    const text = `Page ${page} could not be read: ${error.message}`;
    return [{ ...empty, lines: [[{ text, isDoubtful: false }]] }];
  }
  const paragraphs = paragraphsOf(result);
  return paragraphs.length > 0 ? paragraphs : [empty];
}

function paragraphMarkup({ size, lines }: Paragraph, section: string): string {
  const properties = section && `<w:pPr>${section}</w:pPr>`;
  const content = lines.map((runs) => runs.map((run) => runMarkup(run, size)).join(""));
  return `<w:p>${properties}${content.join("<w:r><w:br/></w:r>")}</w:p>`;
}

/** Sizes are in half points. */
function runMarkup({ text, isDoubtful }: Run, size: number): string {
  const style = isDoubtful ? '<w:rStyle w:val="Doubtful"/>' : "";
  const properties = `<w:rPr>${style}<w:sz w:val="${2 * size}"/><w:szCs w:val="${2 * size}"/></w:rPr>`;
  const content = text.split("\t").map((part) => `<w:t xml:space="preserve">${escapeMarkup(part)}</w:t>`);
  return `<w:r>${properties}${content.join("<w:tab/>")}</w:r>`;
}
