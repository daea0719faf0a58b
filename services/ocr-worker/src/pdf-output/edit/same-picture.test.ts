import { PDFDocument, rgb, StandardFonts } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";
import { seededRandom } from "../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../tests/documents.ts";
import { openPage } from "../../../../../tests/open-bytes.ts";
import { Pdfium } from "../../documents/pdf/pdfium.ts";
import { editedContent } from "./edit-page.ts";
import { differingPixels } from "./same-picture.ts";

const font = await (await PDFDocument.create()).embedFont(StandardFonts.Helvetica);
const words = ["Harold", "Whitcombe", "covenants", "tenant", "orchard", "premises", "quarterly", "minimum"];

/** A page of 15 lines. The second half of every fifth line starts `move` points later. */
function linesMoved(move: number): Promise<Buffer> {
  return makePdf((page) => {
    page.setSize(595, 842);
    for (let line = 0; line < 15; line++) {
      const y = 780 - 22 * line;
      const [first, second] = [`${words.slice(line % 3).join(" ")} `, "of the title in cash."];
      page.drawText(first, { x: 60, y, size: 11 });
      const at = 60 + font.widthOfTextAtSize(first, 11);
      page.drawText(second, { x: at + (line % 5 === 0 ? move : 0), y, size: 11 });
    }
  });
}

async function differing(one: Buffer, other: Buffer): Promise<number> {
  const pdfium = await Pdfium.open(256 * 1024 * 1024);
  const [before = 0, after = 0] = [one, other].map((bytes) =>
    pdfium.module._FPDF_LoadPage(pdfium.module._FPDF_LoadMemDocument(pdfium.copy(bytes), bytes.length, 0), 0),
  );
  return differingPixels(pdfium, before, after, []);
}

test.each([0.5, -0.7, 3])("lines that move by %d points are a difference", async (move) => {
  expect(await differing(await linesMoved(0), await linesMoved(move))).toBeGreaterThan(300);
});

test("a missing letter and another colour are a difference", async () => {
  const draw = (text: string, color = rgb(0, 0, 0)) =>
    makePdf((page) => page.drawText(text, { x: 20, y: 100, size: 11, color }));
  const page = await draw("the rent is paid", rgb(0.6, 0, 0));
  expect(await differing(page, await draw("the rent is paid", rgb(0.6, 0, 0)))).toBe(0);
  expect(await differing(page, await draw("the rent s paid", rgb(0.6, 0, 0)))).toBeGreaterThan(8);
  expect(await differing(page, await draw("the rent is paid", rgb(0, 0.305, 0)))).toBeGreaterThan(8);
});

test.each([2, 3, 6, 7])("covered names are removed from a page of many lines (page %i)", async (seed) => {
  const random = seededRandom(seed);
  const size = 9 + Math.floor(random() * 16) / 4;
  const bytes = await makePdf((page) => {
    page.setSize(595, 842);
    for (let line = 0; line < 15; line++) {
      const y = 780 - 22 * line;
      const before = `${line + 1}. ${words[Math.floor(random() * words.length)]} `;
      page.drawText(`${before}John Smith of 4 High Street paid the sum of 450000.`, { x: 60, y, size });
      if (line % 3 !== 0) continue;
      const [from, to] = [before, `${before}John Smith`].map(
        (text) => 60 + font.widthOfTextAtSize(text, size),
      );
      page.drawRectangle({ x: (from ?? 0) - 1, y: y - 4, width: (to ?? 0) - (from ?? 0) + 2, height: 15 });
    }
  });
  const { remove = { hidden: [], wrong: [], covered: [] } } = await openPage(bytes);
  expect(remove.covered).toHaveLength(5);
  const { stream, kept } = await editedContent(bytes, 1, remove);
  expect(kept).toBeUndefined();
  expect(stream).toBeDefined();
});
