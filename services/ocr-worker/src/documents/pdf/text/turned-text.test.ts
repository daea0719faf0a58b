import { degrees, type PDFPage, rgb } from "@cantoo/pdf-lib";
import { textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../../tests/documents.ts";
import { openBytes, openPage } from "../../../../../../tests/open-bytes.ts";

const clauses = ["The tenant covenants with the landlord to keep", "the roof and drains in good repair."];
const margin = "Registered under title OW12345678 on 3 May";

const writeClauses = (page: PDFPage, x = 60) =>
  page.drawText(clauses.join("\n"), { x, y: 130, size: 11, lineHeight: 14 });

/** Writes words one after the other. `angle`: counter-clockwise, in degrees. */
function writeTurned(page: PDFPage, text: string, angle: number, isWhole: boolean, start: [number, number]) {
  const size = 9;
  const [cos, sin] = [
    Math.round(Math.cos((angle * Math.PI) / 180)),
    Math.round(Math.sin((angle * Math.PI) / 180)),
  ];
  let [x, y] = start;
  for (const part of isWhole ? [text] : text.split(" ")) {
    page.drawText(part, { x, y, size, rotate: degrees(angle) });
    const advance = page.getFont()[0].widthOfTextAtSize(`${part} `, size);
    [x, y] = [x + cos * advance, y + sin * advance];
  }
}

describe("a vertical line in the margin is one line with its direction, and the page keeps its text", () => {
  test.each([
    [1, 270, true],
    [2, 270, false],
    [3, 90, true],
    [4, 90, false],
  ] as const)("seed %i, direction %i, drawn as a whole: %s", async (seed, direction, isWhole) => {
    const random = seededRandom(seed);
    const x = random() < 0.5 ? 20 + random() * 20 : 350 + random() * 30;
    const isFirst = random() < 0.5;
    const bytes = await makePdf((page) => {
      page.setSize(400, 260);
      if (!isFirst) writeClauses(page);
      const isUp = direction === 270;
      writeTurned(page, margin, isUp ? 90 : -90, isWhole, [x, isUp ? 20 : 240]);
      if (isFirst) writeClauses(page);
    });
    const { image, text = [], turn } = await openPage(bytes);
    expect(turn).toBeUndefined();
    expect(textOf({ blocks: text })).toBe(`${clauses.join("\n")}\n\n${margin}\n`);
    const words = wordsOf({ blocks: text });
    expect(words.map((word) => word.source)).toEqual(words.map(() => "text_layer"));
    const turned = words.filter((word) => word.direction !== undefined);
    expect(turned.map((word) => word.direction)).toEqual(margin.split(" ").map(() => direction));
    for (const { box, text: word } of turned) {
      const [left, top, right, bottom] = box;
      if (word.length > 2) expect(bottom - top).toBeGreaterThan(right - left);
      const rows = Array.from({ length: bottom - top }, (_, row) => (top + row) * image.width);
      const hasInk = rows.some((row) =>
        image.data.subarray(row + left, row + right).some((level) => level < 128),
      );
      expect(hasInk).toBe(true);
    }
  });
});

describe("a page whose text lies on its side is turned upright and keeps its text", () => {
  test.each([90, 180, 270] as const)("by /Rotate %i", async (angle) => {
    const bytes = await makePdf((page) => {
      page.setSize(500, 260);
      page.setRotation(degrees(angle));
      writeClauses(page);
      writeTurned(page, margin, 90, false, [20, 20]);
    });
    const { image, text = [], turn } = await openPage(bytes);
    expect(turn).toBe(360 - angle);
    expect(image.width).toBeGreaterThan(image.height);
    expect(textOf({ blocks: text })).toBe(`${clauses.join("\n")}\n\n${margin}\n`);
    const directions = wordsOf({ blocks: text }).map((word) => word.direction);
    expect(new Set(directions)).toEqual(new Set([undefined, 270]));
  });

  test("by its letters, and a second reading gives the same", async () => {
    const bytes = await makePdf((page) => {
      page.setSize(260, 500);
      writeTurned(page, clauses.join(" "), 90, true, [100, 20]);
    });
    const { document } = await openBytes(bytes);
    for (let reading = 0; reading < 2; reading++) {
      const { text = [], turn } = await document.page(1);
      expect(turn).toBe(90);
      expect(textOf({ blocks: text })).toBe(`${clauses.join(" ")}\n`);
    }
  });

  test("but not if it has to be recognised as a whole", async () => {
    const bytes = await makePdf((page) => {
      page.setSize(260, 500);
      page.drawText("Hidden", { x: 60, y: 30, size: 9, rotate: degrees(90), color: rgb(1, 1, 1) });
    });
    const { image, text, turn } = await openPage(bytes);
    expect([text, turn]).toEqual([undefined, undefined]);
    expect(image.height).toBeGreaterThan(image.width);
  });
});
