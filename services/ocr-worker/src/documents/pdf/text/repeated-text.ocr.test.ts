import { PDFDocument, rgb, StandardFonts } from "@cantoo/pdf-lib";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, expect, test } from "vitest";
import { seededRandom } from "../../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../../tests/documents.ts";
import { openPage } from "../../../../../../tests/open-bytes.ts";
import { developmentLanguageData, openEngine } from "../../../recognition/engine.ts";

const engine = await openEngine(["eng"], developmentLanguageData());
afterAll(() => engine.close());
const metrics = await (await PDFDocument.create()).embedFont(StandardFonts.Helvetica);

async function read(bytes: Buffer): Promise<string[]> {
  const { text: blocks = [] } = await openPage(bytes, 1, {}, engine.recognize);
  return textOf({ blocks })
    .split("\n")
    .filter((line) => line !== "");
}

test.each([1, 2, 3])("terms that are printed twice to look bold are read once (page %i)", async (seed) => {
  const random = seededRandom(seed);
  const size = 9 + Math.round(random() * 4);
  const move = 0.2 + random() / 2;
  const lines = ["Landlord", "Premises", "Term"].map((term, index) => {
    const before = `Clause ${index + 1} of the lease has the defined `;
    return { before, term, line: `${before}${term} inside it` };
  });
  const bytes = await makePdf((page) => {
    for (const [index, { before, term, line }] of lines.entries()) {
      const y = 170 - 40 * index;
      page.drawText(line, { x: 20, y, size });
      page.drawText(term, { x: 20 + metrics.widthOfTextAtSize(before, size) + move, y, size });
    }
  });
  expect(await read(bytes)).toEqual(lines.map(({ line }) => line));
});

test.each([
  ["a bold heading", 14, 0.4, 0],
  ["a heading with a shadow", 24, 2, -2],
])("%s beside ordinary text is read once", async (_, size, x, y) => {
  const bytes = await makePdf((page) => {
    page.drawText("TITLE REGISTER", { x: 20 + x, y: 150 + y, size, color: rgb(0.5, 0.5, 0.5) });
    page.drawText("TITLE REGISTER", { x: 20, y: 150, size });
    page.drawText("Issued on 4 May 2020 by the office.", { x: 20, y: 80, size: 11 });
  });
  expect(await read(bytes)).toEqual(["TITLE REGISTER", "Issued on 4 May 2020 by the office."]);
});

test("what is left of a word under a bar is no repetition", async () => {
  const covered = "Reference";
  const bytes = await makePdf((page) => {
    for (const y of [170, 150]) page.drawText("The tenant shall pay the rent.", { x: 20, y, size: 14 });
    page.drawText(`${covered}275`, { x: 20, y: 100, size: 14 });
    const width = metrics.widthOfTextAtSize(covered, 14);
    page.drawRectangle({ x: 19, y: 96, width: width + 1, height: 15 });
  });
  const line = "The tenant shall pay the rent.";
  expect(await read(bytes)).toEqual([line, line, "275"]);
});
