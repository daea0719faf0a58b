import { type Box, blockOf, lineOf } from "@orbital-witness/common/results/page-result.ts";
import { describe, expect, test } from "vitest";
import { clauses, drawPage, drawSpecks, drawTable, drawText, grey } from "../../../../../tests/drawn-page.ts";
import { framesOf } from "../frames/cells.ts";
import { removeRulingLines } from "../frames/ruling-lines.ts";
import { rotate } from "../preparation/picture.ts";
import { planFor, prepare } from "../preparation/prepare.ts";
import { findRegions } from "./find-regions.ts";
import { groundOf } from "./ground.ts";

const letterHeight = 20;

/** SVG of a box of 50 pixels, with a mark in it. */
function box(x: number, y: number, mark = "", stroke = 3): string {
  const sides = `<rect width="50" height="50" stroke-width="${stroke}"/>`;
  const look = 'stroke="black" stroke-width="4" fill="none"';
  return `<g transform="translate(${x} ${y})" ${look}>${sides}${mark}</g>`;
}

const cross = '<path d="M10 10L40 40M40 10L10 40"/>';
const tick = '<path d="M10 28L20 40L42 8"/>';
const ring = '<circle cx="25" cy="25" r="13"/>';

async function regionsIn(svg: string, degrees = 0) {
  const page = await rotate(await grey(drawPage([], {}, svg)), degrees);
  const { rules, ink } = removeRulingLines(page, letterHeight);
  return findRegions(
    { patches: [{ ink, scale: 1, left: 0, top: 0 }], letterHeight, frames: framesOf(rules, letterHeight) },
    [],
  );
}

describe("a check box and its state", () => {
  test.each([
    ["an empty one", "", "empty"],
    ["a cross", cross, "crossed"],
    ["a cross to the corners", '<path d="M0 0L50 50M50 0L0 50"/>', "crossed"],
    ["a tick", tick, "ticked"],
    ["a tick that leaves the box", '<path d="M12 26L22 38L70 -20"/>', "ticked"],
    ["a ring", ring, "marked"],
    ["a filled one", '<rect width="50" height="50" fill="black"/>', "marked"],
    ["dust", '<circle cx="20" cy="30" r="3" fill="black" stroke="none"/>', "empty"],
  ])("%s", async (_, mark, state) => {
    const { check_boxes } = await regionsIn(box(200, 150, mark) + drawText(270, 188, "Not known"));
    expect(check_boxes).toMatchObject([{ state }]);
    const [left = 0, top = 0, right = 0, bottom = 0] = check_boxes[0]?.box ?? [];
    expect([left, top, right, bottom].map((edge) => Math.round(edge / 5))).toEqual([40, 30, 50, 40]);
  });

  test("on a page that is slightly skewed, and with thin sides", async () => {
    const { check_boxes } = await regionsIn(box(200, 150, cross, 1) + box(200, 300, "", 1), 0.6);
    expect(check_boxes.map(({ state }) => state)).toEqual(["crossed", "empty"]);
  });

  test("that touches the frame of a form", async () => {
    const frame =
      '<rect x="100" y="80" width="700" height="300" fill="none" stroke="black" stroke-width="3"/>';
    const { check_boxes } = await regionsIn(frame + box(100, 150, cross) + box(101, 250));
    expect(check_boxes.map(({ state }) => state)).toEqual(["crossed", "empty"]);
  });
});

test("letters, digits in boxes, cells of tables and words in boxes are not check boxes", async () => {
  const digits = [0, 1, 2, 3].map((index) => box(100 + index * 50, 60)).join("");
  const heading = `<text x="100" y="250" font-size="70">DODO HERB</text>`;
  const table = drawTable({
    left: 500,
    top: 60,
    width: 150,
    height: 100,
    rows: [
      ["", "", ""],
      ["", "", ""],
    ],
  });
  const found = await regionsIn(digits + heading + table + drawSpecks(300, 2, [0, 0, 1000, 500]));
  expect(found.check_boxes).toEqual([]);

  const page = await grey(drawPage([], {}, box(200, 150)));
  const { ink } = removeRulingLines(page, letterHeight);
  const word = blockOf([lineOf([{ text: "Day", box: [205, 160, 245, 190], source: "ocr", confidence: 90 }])]);
  expect(
    findRegions({ patches: [{ ink, scale: 1, left: 0, top: 0 }], letterHeight, frames: [] }, [word])
      .check_boxes,
  ).toEqual([]);
});

test("a check box that was read as a part of the next word is still one", async () => {
  const page = await grey(drawPage([], {}, box(200, 150, cross)));
  const patch = { ink: removeRulingLines(page, letterHeight).ink, scale: 1, left: 0, top: 0 };
  const statesBeside = (text: string, right: number) => {
    const words = [{ text, box: [200, 150, right, 200] as Box, source: "ocr" as const, confidence: 90 }];
    const { check_boxes } = findRegions({ patches: [patch], letterHeight, frames: [] }, [
      blockOf([lineOf(words)]),
    ]);
    return check_boxes.map(({ state }) => state);
  };
  expect(statesBeside("Please", 340)).toEqual(["crossed"]);
  expect(statesBeside("OFFICIAL", 440)).toEqual([]);
});

test("a table's cells have rows, columns and spans", async () => {
  const line = (path: string) => `<path d="${path}" stroke="black" stroke-width="3" fill="none"/>`;
  const table = line("M100 100h600v300h-600zM100 200h600M300 300h400M300 100v300M500 200v200");
  const { frames } = await regionsIn(table);
  const cells = frames[0]?.cells.map(({ box: _box, ...place }) => place);
  expect(cells).toEqual([
    { row: 0, column: 0 },
    { row: 0, column: 1, column_span: 2 },
    { row: 1, column: 0, row_span: 2 },
    { row: 1, column: 1 },
    { row: 1, column: 2 },
    { row: 2, column: 1 },
    { row: 2, column: 2 },
  ]);
});

test.each([
  ["as it came", 0],
  ["turned by 90 degrees", 90],
  ["skewed", 3],
])("a page without rules, %s, has its check boxes", async (_, degrees) => {
  const lines = clauses.map((line, index) => drawText(300, 100 + index * 100, line)).join("");
  const svg = lines + box(200, 150, cross) + box(200, 350);
  const page = await rotate(await grey(drawPage([], { width: 1400, height: 800 }, svg)), degrees);
  const prepared = await prepare(page, await planFor(page));
  expect(prepared.ink).toBeUndefined();
  const { check_boxes } = findRegions(await groundOf(prepared, []), []);
  expect(check_boxes.map(({ state }) => state)).toEqual(["crossed", "empty"]);
});
