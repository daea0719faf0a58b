import { type Line, lineOf, textOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { blocksOfCell } from "./cell-text.ts";

const HEIGHT = 20;
const LETTER = 10;

/** A line of pieces of text. Each begins at its place. */
function line(top: number, ...pieces: [left: number, text: string][]): Line {
  const words = pieces.flatMap(([left, text]) => {
    let at = left;
    return text.split(" ").map((each): Word => {
      const start = at;
      at += (each.length + 1) * LETTER;
      const box: Word["box"] = [start, top, at - LETTER, top + HEIGHT];
      return { text: each, box, source: "ocr", confidence: 96 };
    });
  });
  return lineOf(words);
}

const read = (...lines: Line[]) => textOf({ blocks: blocksOfCell(lines) });

test("two addresses side by side are read one after the other", () => {
  expect(
    read(
      line(0, [0, "ADDRESS(ES) (See note 3)"]),
      line(60, [10, "7 Tar Lane"], [250, "12 Mill Street"]),
      line(85, [10, "Saltmere"], [250, "Northwood"]),
      line(110, [10, "Devon"], [250, "Kent"]),
      line(170, [0, "Signed"], [250, "Date"]),
    ),
  ).toBe(
    "ADDRESS(ES) (See note 3)\n\n7 Tar Lane\nSaltmere\nDevon\n\n" +
      "12 Mill Street\nNorthwood\nKent\n\nSigned Date\n",
  );
});

test.each([
  ["labels with values", ["Name:", "Address:", "Date:"], ["Ada Quayle", "7 Tar Lane", "1 May 2024"]],
  ["labels with sums", ["Ground rent", "Water rates", "Total"], ["12.50", "£1,000.00", "1,012.50"]],
  ["only two rows", ["7 Tar Lane", "Saltmere"], ["12 Mill Street", "Northwood"]],
])("%s stay rows", (_, left, right) => {
  const rows = left.map((each, row) => line(row * 25, [0, each], [250, right[row] ?? ""]));
  expect(read(...rows)).toBe(left.map((each, row) => `${each} ${right[row]}\n`).join(""));
});

test.each([
  ["that are far apart", 60, 0],
  ["whose beginnings are not aligned", 25, 40],
])("rows %s stay rows", (_, pitch, indent) => {
  const rows = [0, 1, 2].map((row) =>
    line(row * pitch, [0, "Left side"], [250 + row * indent, "Right side"]),
  );
  expect(read(...rows)).toBe("Left side Right side\n".repeat(3));
});

test("a label that was read after the value in its row comes first", () => {
  expect(read(line(3, [150, "2011-08-14"]), line(0, [0, "Registered:"]))).toBe("Registered: 2011-08-14\n");
});

test("a cell without text has no block", () => {
  expect(blocksOfCell([])).toEqual([]);
});
