import { around, type PageResult } from "@orbital-witness/common/results/page-result.ts";

/** Twentieths of a point. */
const perInch = 1440;
/** The longest side that Word takes: 22 inches. */
const longest = 31_680;
const narrowMargin = 567;
const wideMargin = 1440;

const a4 = { width: 11_906, height: 16_838 };

/** Where a page's text is, in the size of the scan. A page that was not read is A4. */
export function sectionMarkup(
  page: Pick<PageResult, "width" | "height" | "dpi" | "blocks"> | undefined,
): string {
  const perPixel = page ? Math.min(perInch / page.dpi, longest / Math.max(page.width, page.height)) : 0;
  const width = page ? Math.round(page.width * perPixel) : a4.width;
  const height = page ? Math.round(page.height * perPixel) : a4.height;
  const orientation = width > height ? ' w:orient="landscape"' : "";
  const size = `<w:pgSz w:w="${width}" w:h="${height}"${orientation}/>`;
  const side = (distance: number, length: number) =>
    Math.round(Math.min(Math.max(distance, narrowMargin), wideMargin, length / 4));
  const [left, top, right, bottom] = page?.blocks.length
    ? around(page.blocks.map(({ box }) => box)).map((edge) => edge * perPixel)
    : [wideMargin, wideMargin, width - wideMargin, height - wideMargin];
  const margins = [
    `w:top="${side(top ?? 0, height)}" w:right="${side(width - (right ?? 0), width)}"`,
    `w:bottom="${side(height - (bottom ?? 0), height)}" w:left="${side(left ?? 0, width)}"`,
  ].join(" ");
  const type = '<w:type w:val="nextPage"/>';
  return `<w:sectPr>${type}${size}<w:pgMar ${margins} w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>`;
}
