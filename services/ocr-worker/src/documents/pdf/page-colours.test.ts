import { degrees, type PDFPage, rgb } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";
import { makePdf, scanned } from "../../../../../tests/documents.ts";
import { openPage } from "../../../../../tests/open-bytes.ts";
import type { ColourImage, GreyImage } from "../../recognition/grey-image.ts";

/** A red line of half a point, as the edging of a plan. */
const redLine = (page: PDFPage) => {
  const [from, to] = [page.getHeight() - 20, 20];
  page.drawLine({ start: { x: 20, y: from }, end: { x: 20, y: to }, thickness: 0.5, color: rgb(1, 0, 0) });
};

/** The largest difference between a grey pixel and the brightness of the coloured one. */
function difference(coloured: ColourImage, image: GreyImage): number {
  const { data } = coloured;
  let most = 0;
  for (let at = 0; at < image.data.length; at++) {
    const [red = 0, green = 0, blue = 0] = [data[3 * at], data[3 * at + 1], data[3 * at + 2]];
    const brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    most = Math.max(most, Math.abs(brightness - (image.data[at] ?? 0)));
  }
  return most;
}

test("a page with colours is drawn again in colours, at the same size and place", async () => {
  const { image, colour } = await openPage(await makePdf(redLine));
  const coloured = await colour?.();
  if (!coloured) throw new Error("the page has no colours");
  const { width, height, dpi } = image;
  expect(coloured).toMatchObject({ width, height, dpi, channels: 3 });
  expect(difference(coloured, image)).toBeLessThan(4);
  const row = coloured.data.subarray(0, 3 * width * Math.round(height / 2)).subarray(-3 * width);
  const redness = row.map((red, at) => (at % 3 === 0 ? Math.max(0, red - (row[at + 2] ?? 0)) : 0));
  expect(Math.max(...redness)).toBeGreaterThan(200);
});

test("a page that is too large to be drawn at once is drawn in parts that fit together", async () => {
  const large = (page: PDFPage) => {
    page.setSize(1200, 1000);
    redLine(page);
  };
  const { image, colour } = await openPage(await makePdf(large));
  expect(image.width * image.height).toBeGreaterThan(16_000_000);
  const coloured = await colour?.();
  if (!coloured) throw new Error("the page has no colours");
  expect(difference(coloured, image)).toBeLessThan(4);
});

test("a page whose text lies on its side is turned in both drawings", async () => {
  const turned = (page: PDFPage) => {
    redLine(page);
    page.drawText("This lease is dated", { x: 200, y: 40, size: 12, rotate: degrees(90) });
  };
  const { image, colour, turn } = await openPage(await makePdf(turned));
  expect(turn).toBe(90);
  const coloured = await colour?.();
  if (!coloured) throw new Error("the page has no colours");
  expect(coloured).toMatchObject({ width: image.width, height: image.height });
  // PDFium may draw the letters a pixel apart, but not the line, which is the first ink from the top.
  const rowBytes = image.width * 3;
  const red = coloured.data.findIndex((level, at) => at % 3 === 1 && level < 200);
  const dark = image.data.findIndex((level) => level < 200);
  expect(dark).toBeGreaterThan(0);
  expect(Math.floor(red / rowBytes)).toBe(Math.floor(dark / image.width));
});

test("a grey page is not drawn in colours", async () => {
  const { colour } = await openPage(await makePdf(scanned("This lease is dated")));
  expect(await colour?.()).toBeUndefined();
});
