import { PDFRef } from "@cantoo/pdf-lib";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { PdfOutline, PdfPageObject } from "@orbital-witness/common/results/pdf-outline.ts";
import type { PdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import type { StoredFile } from "@orbital-witness/common/results/result-store.ts";
import type { ResultDocument } from "../formats/result-document.ts";
import { compose } from "./matrix.ts";
import { PdfFile } from "./pdf-file.ts";
import { InvisibleFont } from "./pdf-font.ts";
import { deflatedOperators, writeStreams } from "./pdf-streams.ts";
import { beforePreparation, ontoPage, quarterTurn } from "./placement.ts";
import { invisibleFontName, textOverlay } from "./text-overlay.ts";

/** The PDF to append to, and its outline. */
export type OutlinedBase = { outline: PdfOutline; base: StoredFile };

/**
 * Writes the PDF's own bytes, followed by an incremental update that adds recognised words to its pages as
 * invisible text. Words that the page or its form already contains as text are not added. If one of them was
 * corrected, the corrected word is added, and the page's own stays, because it is a part of the picture.
 * Pages that were not read are not changed. Yields parts page by page.
 */
export async function* writeUpdatedPdf(
  document: ResultDocument,
  { outline, base }: OutlinedBase,
): AsyncGenerator<Uint8Array> {
  yield* base.read();
  const file = new PdfFile({ ...outline, length: base.size });
  yield file.begin();
  const font = new InvisibleFont();
  const fontRef = file.context.nextRef();
  for (const { number, body } of outline.changed) {
    yield file.object(PDFRef.of(number), Buffer.from(body, "base64"));
  }
  for await (const { page, result } of document.pages()) {
    const object = outline.pages[page - 1];
    if (!result || !object) continue;
    yield* await updatedPage(file, { object, font, fontRef }, result, await document.pdfPage(page));
  }
  for (const [ref, object] of font.objects(file, fontRef)) yield file.object(ref, object);
  yield file.end(outline.trailer);
}

type PageTools = { object: PdfPageObject; font: InvisibleFont; fontRef: PDFRef };

async function updatedPage(
  file: PdfFile,
  { object, font, fontRef }: PageTools,
  result: PageResult,
  edited: PdfPage | undefined,
): Promise<Uint8Array[]> {
  const { box, rotate } = object;
  const turned = quarterTurn(result.preparation);
  const image = edited?.image ?? uprightSize(result, turned);
  const toPage = compose(beforePreparation(result, image), ontoPage(image, { box, rotate }));
  const { parts, refs, source } = writeStreams(file, edited?.streams ?? []);
  const lines = result.blocks.flatMap((block) =>
    block.lines.map(({ words }) => words.filter(({ source }) => source === "ocr" || source === "corrected")),
  );
  const overlay = file.context.nextRef();
  const drawing = await deflatedOperators(textOverlay(lines, font, toPage));
  const contents = edited?.contents === undefined ? object.contents : String(refs[edited.contents]);
  const dictionary = [
    object.entries,
    // The text comes before the page's content, because nothing has changed the graphics state there.
    // Invisible text does not have to be on top.
    `/Contents [${overlay} ${contents}]`,
    `/Resources <<\n${source(edited?.resources ?? object.resources)}`,
    `/Font <<\n${object.fonts}\n/${invisibleFontName} ${fontRef}\n>>\n>>`,
    `/Rotate ${(rotate + turned) % 360}`,
  ];
  const page = Buffer.from(`<<\n${dictionary.join("\n")}\n>>`, "latin1");
  return [
    ...parts,
    ...file.stream(overlay, drawing, { Filter: "FlateDecode" }),
    file.object(PDFRef.of(object.number), page),
  ];
}

/** The size of the image before its preparation, for pages whose worker did not store it. */
function uprightSize({ width, height, preparation }: PageResult, turned: number) {
  const factor = preparation.reduce((all, step) => (step.step === "scale" ? all * step.factor : all), 1);
  const size = { width: width / factor, height: height / factor };
  return turned % 180 === 0 ? size : { width: size.height, height: size.width };
}
