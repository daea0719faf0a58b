import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { PdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import { type EditedPage, editedContent, hasRemovals } from "./edit/edit-page.ts";
import { embedImage, type PageSource } from "./embed-image.ts";

const pointsPerInch = 72;
/** The longest side of a page (ISO 32000-1, C.2). */
const longestPoints = 14_400;

/** `kept`: why the page's content still has text that should be removed; undefined if it has none. */
export type MadePdfPage = { pdfPage: PdfPage; kept?: string | undefined };

/** Makes what the PDF needs to show a page as in the document. Rejects if the page cannot be embedded. */
export async function makePdfPage(
  { format, bytes, page, content }: PageSource,
  result: Pick<PageResult, "dpi" | "preparation">,
): Promise<MadePdfPage> {
  if (format === "PDF") {
    const { remove } = content;
    const { width, height } = sizeAsItCame(content);
    if (!remove || !hasRemovals(remove)) {
      return { pdfPage: { image: { width, height }, streams: [] } };
    }
    const { stream, kept } = await editedContent(bytes, page, remove).catch(
      (error: unknown): EditedPage => ({ kept: String(error) }),
    );
    const parts = stream ? { contents: 0, streams: [stream] } : { streams: [] };
    return { pdfPage: { image: { width, height }, ...parts }, kept };
  }
  const { width, height } = content.image;
  const size = sizeInPoints(content.image, result);
  const embedded = await embedImage({ format, bytes, page, content }, size);
  return { pdfPage: { image: { width, height }, size, ...embedded } };
}

function sizeAsItCame({ image: { width, height }, turn }: PageSource["content"]) {
  return turn === 90 || turn === 270 ? { width: height, height: width } : { width, height };
}

function sizeInPoints(
  image: { width: number; height: number },
  { dpi, preparation }: Pick<PageResult, "dpi" | "preparation">,
) {
  const factor = preparation.reduce((all, step) => (step.step === "scale" ? all * step.factor : all), 1);
  const pointsPerPixel = Math.min(
    (pointsPerInch * factor) / dpi,
    longestPoints / Math.max(image.width, image.height),
  );
  return { width: image.width * pointsPerPixel, height: image.height * pointsPerPixel };
}
