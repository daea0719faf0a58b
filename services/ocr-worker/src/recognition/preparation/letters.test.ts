import { expect, test } from "vitest";
import { drawPage, drawSpecks, drawTable, grey } from "../../../../../tests/drawn-page.ts";
import { inkMap } from "./ink-map.ts";
import { lettersOf } from "./letters.ts";

const letters = async (svg: string) => lettersOf(inkMap(await grey(drawPage([], {}, svg))));
const strokes = (height: number, count: number, y: number) =>
  Array.from(
    { length: count },
    (_, index) => `<rect x="${100 + index * 40}" y="${y}" width="10" height="${height}"/>`,
  ).join("");
const count = (data: Uint8Array) => data.filter((pixel) => pixel === 1).length;

test("the letter height is the median height of the letters", async () => {
  const { height } = await letters(strokes(30, 5, 50) + strokes(20, 12, 100) + strokes(8, 5, 300));
  expect(height).toBe(20);
});

test("rules, pictures and grain are not letters", async () => {
  const table = drawTable({ left: 100, top: 200, width: 600, height: 200, rows: [["", ""]] });
  const picture = `<rect x="800" y="200" width="150" height="150"/>`;
  const grain = drawSpecks(40, 0.7, [100, 420, 900, 480]);
  const { letters: found, height } = await letters(strokes(20, 12, 100) + table + picture + grain);
  expect(height).toBe(20);
  expect(count(found.data)).toBe(12 * 10 * 20);
});

test("a table makes a page ruled, but a picture does not", async () => {
  const table = drawTable({ left: 100, top: 200, width: 600, height: 200, rows: [["", ""]] });
  expect(await letters(table)).toMatchObject({ isRuled: true, height: 0 });
  expect(await letters(`<rect x="100" y="200" width="600" height="200"/>`)).toMatchObject({ isRuled: false });
  expect(await letters("")).toMatchObject({ isRuled: false, height: 0 });
});
