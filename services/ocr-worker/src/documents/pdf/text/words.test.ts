import { beginText, endText, PDFOperator, PDFOperatorNames, StandardFonts } from "@cantoo/pdf-lib";
import { type Line, textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { seededRandom } from "../../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../../tests/documents.ts";
import { openPage } from "../../../../../../tests/open-bytes.ts";

const text = "The tenant covenants with the landlord to pay rent.";

/** A line drawn by `TJ`. The gap between its parts is in thousandths of an em. */
function drawnWithGaps(parts: string[], gap: number, letterSpacing = 0): Promise<Buffer> {
  return makePdf(async (page, pdf) => {
    const font = await pdf.embedFont(StandardFonts.Helvetica);
    page.setFont(font);
    const name = page.node.newFontDictionary("F", font.ref);
    page.pushOperators(
      beginText(),
      PDFOperator.of(PDFOperatorNames.SetFontAndSize, [name, "10"]),
      PDFOperator.of(PDFOperatorNames.SetCharacterSpacing, [String(letterSpacing)]),
      PDFOperator.of(PDFOperatorNames.MoveText, ["20", "100"]),
      PDFOperator.of(PDFOperatorNames.ShowTextAdjusted, [
        `[${parts.map((part) => `(${part})`).join(` -${gap} `)}]`,
      ]),
      endText(),
    );
  });
}

async function readText(bytes: Uint8Array): Promise<string> {
  const { text = [] } = await openPage(bytes);
  return textOf({ blocks: text });
}

test.each([120, 150, 180, 220, 300])("A gap of %i thousandths of an em separates words", async (gap) => {
  expect(await readText(await drawnWithGaps(text.split(" "), gap))).toBe(`${text}\n`);
});

test("Evenly spaced letters are one word, and wider gaps separate words", async () => {
  const words = ["TENANT", "AND", "LANDLORD"];
  expect(await readText(await drawnWithGaps(words, 250, 1.5))).toBe("TENANT AND LANDLORD\n");
});

test("Kerning does not split a word", async () => {
  const bytes = await drawnWithGaps(["T", "enant", " W", "alter"], -80);
  expect(await readText(bytes)).toBe("Tenant Walter\n");
  expect(await readText(await drawnWithGaps(["ten", "ant"], 50))).toBe("tenant\n");
});

test.each([1, 2, 3, 4])(
  "A word that a hyphen divides has a part and a box on each line (%i)",
  async (seed) => {
    const random = seededRandom(seed);
    const size = 8 + Math.round(random() * 8);
    const lineHeight = size * (1.1 + random() * 0.6);
    const second =
      [
        ["ance shall", "convey-"],
        ["1990 rent", "1987-"],
        ["14 of it", "12-"],
      ][seed % 3] ?? [];
    const lines = [`The parties agree the ${second[1]}`, `${second[0]} and the end.`];
    const bytes = await makePdf((page) => {
      page.drawText(lines.join("\n"), { x: 30, y: 120, size, lineHeight });
    });
    const { text = [] } = await openPage(bytes);
    expect(textOf({ blocks: text })).toBe(`${lines.join("\n")}\n`);
    const words = wordsOf({ blocks: text });
    const at = words.findIndex(({ text }) => text.endsWith("-"));
    const [before, after] = [words[at]?.box ?? [], words[at + 1]?.box ?? []];
    expect(after[1]).toBeGreaterThan(before[3] ?? Number.NaN);
    expect(after[0]).toBeLessThan(before[0] ?? Number.NaN);
  },
);

test("Two columns stay separate, each in its own order", async () => {
  const bytes = await makePdf((page) => {
    page.drawText("left one\nleft two", { x: 20, y: 150, size: 10, lineHeight: 12 });
    page.drawText("right one\nright two", { x: 220, y: 150, size: 10, lineHeight: 12 });
  });
  const { text = [] } = await openPage(bytes);
  const lines: Line[] = text.flatMap((block) => block.lines);
  expect(lines.map(({ words }) => words.map((word) => word.text).join(" "))).toEqual([
    "left one",
    "left two",
    "right one",
    "right two",
  ]);
});
