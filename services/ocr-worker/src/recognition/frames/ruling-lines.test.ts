import { expect, test } from "vitest";
import { drawPage, drawTable, drawText, grey } from "../../../../../tests/drawn-page.ts";
import { inkMap } from "../preparation/ink-map.ts";
import { rotate } from "../preparation/picture.ts";
import { removeRulingLines } from "./ruling-lines.ts";

const letterHeight = 28;
const draw = (svg: string) => grey(drawPage([], { height: 300, fontSize: 40 }, svg));
const inked = (data: Uint8Array) => data.filter((pixel) => pixel === 1).length;

/**
 * Draws both shapes on one page. Returns the share of the ink of `kept` that is lost, and the share of the
 * ink of `removed` that is left.
 */
async function removal(kept: string, removed: string) {
  const { image } = removeRulingLines(await draw(kept + removed), letterHeight);
  const [after, wanted, rule] = [image, await draw(kept), await draw(removed)].map(
    (page) => inkMap(page).data,
  );
  if (!after || !wanted || !rule) throw new Error("no ink map");
  const unwanted = rule.map((pixel, index) => pixel & ~(wanted[index] ?? 0));
  return {
    lost: inked(wanted.map((pixel, index) => pixel & ~(after[index] ?? 0))) / Math.max(1, inked(wanted)),
    left: inked(unwanted.map((pixel, index) => pixel & (after[index] ?? 0))) / Math.max(1, inked(unwanted)),
  };
}

const text = drawText(100, 170, "bdpq hjgy Lkt fQ");
const level = (y: number) => `<path d="M40 ${y}H960" stroke="black" stroke-width="3"/>`;

test("horizontal and vertical lines without letters are removed to the last pixel", async () => {
  const lines = `${level(60)}${level(250)}<path d="M80 20V280M500 20V280" stroke="black" stroke-width="4"/>`;
  expect(await removal("", lines)).toEqual({ lost: 0, left: 0 });
});

test("a blurred line is removed with its grey edges", async () => {
  const blurred = await grey(drawPage([], { height: 300 }, level(60)).blur(1));
  const { data } = removeRulingLines(blurred, letterHeight).image;
  expect(data.filter((level) => level < 250)).toEqual(Buffer.alloc(0));
});

test("lines on a slightly skewed page are removed", async () => {
  const lines = await rotate(await draw(level(60) + level(250)), 0.6);
  const { image } = removeRulingLines(lines, letterHeight);
  expect(inked(inkMap(image).data) / inked(inkMap(lines).data)).toBeLessThan(0.05);
});

test.each([
  ["through the upper part of small letters", 156],
  ["through the lower part of small letters", 162],
  ["through descenders", 176],
])("a line %s is removed without damage to letters", async (_, y) => {
  const { lost, left } = await removal(text, level(y));
  expect(lost).toBeLessThan(0.05);
  expect(left).toBeLessThan(0.1);
});

test("a vertical line between columns is removed without damage to letters", async () => {
  const { lost, left } = await removal(
    text,
    `<path d="M90 20V280M700 20V280" stroke="black" stroke-width="3"/>`,
  );
  expect(lost).toBe(0);
  expect(left).toBe(0);
});

test("letters, dashes, bars and pictures are not lines", async () => {
  const dashes = `<path d="M100 220h60M200 220h60" stroke="black" stroke-width="4"/>`;
  const bar = `<path d="M100 260H900" stroke="black" stroke-width="30"/>`;
  const picture = `<rect x="700" y="40" width="200" height="160"/>`;
  expect(await removal(text + dashes + bar + picture, "")).toEqual({ lost: 0, left: 0 });
});

test("boxes for single digits are removed, but separate strokes of that height are kept", async () => {
  const boxes = drawTable({ left: 100, top: 40, width: 500, height: 70, rows: [Array(8).fill("")] });
  const strokes = `<path d="M200 160v70M300 160v70" stroke="black" stroke-width="4"/>`;
  expect(await removal(strokes, boxes)).toEqual({ lost: 0, left: 0 });
});

test("the original image is not changed", async () => {
  const page = await draw(level(60));
  const before = Buffer.from(page.data);
  const { image } = removeRulingLines(page, letterHeight);
  expect(page.data.equals(before)).toBe(true);
  expect(image.data.equals(before)).toBe(false);
});
