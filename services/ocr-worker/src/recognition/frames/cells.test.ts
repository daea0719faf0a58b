import {
  type Block,
  blockOf,
  lineOf,
  textOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { drawPage, drawTable, grey, type Table } from "../../../../../tests/drawn-page.ts";
import { rotate } from "../preparation/picture.ts";
import { framesOf, inReadingOrder } from "./cells.ts";
import { removeRulingLines } from "./ruling-lines.ts";

const letterHeight = 20;
const rows = [
  ["", "", ""],
  ["", "", ""],
];
const table = { left: 60, top: 100, width: 600, height: 300, rows };

async function framesIn(...tables: Table[]) {
  const page = await grey(drawPage([], {}, tables.map(drawTable).join("")));
  return framesOf(removeRulingLines(page, letterHeight).rules, letterHeight);
}

function word(text: string, left: number, top: number): Word {
  return { text, box: [left, top, left + 80, top + letterHeight], source: "ocr", confidence: 96 };
}

/**
 * The lines as tesseract returns a page without recognised columns: one block, with lines from edge to edge.
 */
const page = (...lines: Word[][]): Block[] => [blockOf(lines.map(lineOf))];

test("a table's cells are numbered row by row, and no cell is outside or on a line", async () => {
  const [frame, ...others] = await framesIn(table);
  expect(others).toEqual([]);
  const numbers = [175, 325].map((y) => [160, 360, 560].map((x) => frame?.cellAt(x, y)));
  expect(numbers).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  const outside = [
    [20, 175],
    [800, 175],
    [360, 50],
    [360, 450],
    [260, 175],
    [360, 250],
  ] as const;
  expect(outside.map(([x, y]) => frame?.cellAt(x, y))).toEqual(outside.map(() => undefined));
});

test("thin lines separate cells, even if they are slightly skewed", async () => {
  const thin = drawTable(table).replaceAll('stroke-width="3"', 'stroke-width="1"');
  const skewed = await rotate(await grey(drawPage([], {}, thin)), 0.6);
  const [frame] = framesOf(removeRulingLines(skewed, letterHeight).rules, letterHeight);
  expect([175, 325].map((y) => [160, 360, 560].map((x) => frame?.cellAt(x, y)))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test("a line that steps down by one row separates the cells above and below it", () => {
  const [width, height] = [400, 300];
  const data = new Uint8Array(width * height);
  const fill = (left: number, top: number, right: number, bottom: number) => {
    for (let y = top; y < bottom; y++) data.fill(1, y * width + left, y * width + right);
  };
  fill(40, 40, 360, 44);
  fill(40, 256, 360, 260);
  fill(40, 40, 44, 260);
  fill(356, 40, 360, 260);
  fill(40, 148, 200, 152);
  fill(200, 152, 360, 156);
  const [frame] = framesOf({ data, width, height }, letterHeight);
  expect([100, 200].map((y) => frame?.cellAt(200, y))).toEqual([0, 1]);
});

test("a box that is too small is not a frame", async () => {
  expect(await framesIn({ left: 60, top: 100, width: 500, height: 90, rows: [["", ""]] })).toEqual([]);
});

test("words of a table are ordered cell by cell, with columns kept apart", async () => {
  const blocks = page(
    [word("Plot", 80, 120), word("First", 280, 120), word("Yearly", 480, 120)],
    [word("one", 80, 160), word("tenant", 280, 160), word("rent", 480, 160)],
    [word("Second", 280, 270), word("Monthly", 480, 270)],
  );
  const read = inReadingOrder(blocks, await framesIn(table));
  expect(textOf({ blocks: read })).toBe("Plot\none\n\nFirst\ntenant\n\nYearly\nrent\n\nSecond\n\nMonthly\n");
  expect(read[0]?.box).toEqual([80, 120, 160, 180]);
});

test("cells are in order even if tesseract split columns into blocks, in any block order", async () => {
  const right = page([word("Rent", 480, 120)], [word("yearly", 480, 270)]);
  const left = page([word("Plot", 80, 120)], [word("one", 80, 270)]);
  const read = inReadingOrder([...right, ...left], await framesIn(table));
  expect(textOf({ blocks: read })).toBe("Plot\n\nRent\n\none\n\nyearly\n");
});

test("text above a table comes before it, and text below or beside it after", async () => {
  const blocks = page(
    [word("Schedule", 80, 40)],
    [word("Plot", 80, 120), word("Note", 750, 120)],
    [word("Signed", 80, 450)],
  );
  const read = inReadingOrder(blocks, await framesIn(table));
  expect(textOf({ blocks: read })).toBe("Schedule\n\nPlot\n\nNote\nSigned\n");
});

test("text between two tables stays between them", async () => {
  const [upper, lower] = [
    { ...table, height: 150, top: 20 },
    { ...table, height: 150, top: 300 },
  ];
  const blocks = page(
    [word("Plot", 80, 40), word("Rent", 280, 40)],
    [word("Schedule", 80, 220)],
    [word("Tenant", 80, 320), word("Address", 280, 320)],
  );
  const read = inReadingOrder(blocks, await framesIn(upper, lower));
  expect(textOf({ blocks: read })).toBe("Plot\n\nRent\n\nSchedule\n\nTenant\n\nAddress\n");
});

test.each([-8, 0, 8])(
  "tables side by side are read from the left, the right one %d pixels lower",
  async (lower) => {
    const half = {
      ...table,
      width: 400,
      rows: [
        ["", ""],
        ["", ""],
      ],
    };
    const blocks = page(
      [word("Plot", 80, 120), word("Rent", 280, 120), word("Tenant", 530, 120), word("Address", 730, 120)],
      [word("one", 80, 270), word("yearly", 280, 270), word("Marlow", 530, 270), word("London", 730, 270)],
    );
    const frames = await framesIn(half, { ...half, left: 510, top: 100 + lower });
    const text = "Plot\n\nRent\n\none\n\nyearly\n\nTenant\n\nAddress\n\nMarlow\n\nLondon\n";
    expect(textOf({ blocks: inReadingOrder(blocks, frames) })).toBe(text);
  },
);

test("a table inside a cell does not split the other cell of that row", async () => {
  const outer = { ...table, width: 800, rows: [["", ""]] };
  const inner = { left: 500, top: 180, width: 320, height: 180, rows: [["", ""]] };
  const blocks = page(
    [word("The", 80, 120), word("Schedule", 500, 120)],
    [word("tenant", 80, 220), word("Plot", 520, 220), word("Rent", 680, 220)],
    [word("pays", 80, 320)],
  );
  const read = inReadingOrder(blocks, await framesIn(outer, inner));
  expect(textOf({ blocks: read })).toBe("The\ntenant\npays\n\nSchedule\n\nPlot\n\nRent\n");
});

test("a page without frames keeps its order", () => {
  const blocks = page([word("Plot", 80, 120)]);
  expect(inReadingOrder(blocks, [])).toBe(blocks);
});
