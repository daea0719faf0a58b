import { expect, test } from "vitest";
import { clauses, drawPage, grey, shadow } from "../../../../../tests/drawn-page.ts";
import { componentsOf, type InkMap, inkMap } from "./ink-map.ts";

/** `#` is ink. */
function map(...rows: string[]): InkMap {
  const data = Uint8Array.from(rows.join(""), (pixel) => Number(pixel === "#"));
  return { data, width: rows[0]?.length ?? 0, height: rows.length };
}

test("ink in a shadow is the ink that is there without it", async () => {
  const lit = inkMap(await grey(drawPage(clauses))).data;
  const shaded = inkMap(await grey(drawPage(clauses, {}, shadow))).data;
  const inked = lit.filter((pixel) => pixel === 1).length;
  const different = lit.filter((pixel, index) => pixel !== shaded[index]).length;
  expect(inked).toBeGreaterThan(10_000);
  expect(different / inked).toBeLessThan(0.01);
});

test("faint print is ink, grain and bare paper are none", async () => {
  const inked = async (ink: string) => {
    const { data } = inkMap(await grey(drawPage(clauses, { ink })));
    return data.filter((pixel) => pixel === 1).length;
  };
  expect(await inked("#bbb")).toBeGreaterThan(10_000);
  expect(await inked("#eee")).toBe(0);
  expect(await inked("white")).toBe(0);
});

test("what touches at a corner hangs together, or not where that is not wanted", () => {
  const ink = map("##..", "..#.", "....", "#...");
  const boxes = (found: ReturnType<typeof componentsOf>) =>
    found.map(({ left, top, right, bottom, pixels }) => ({
      box: [left, top, right, bottom],
      pixels: pixels.toSorted(),
    }));
  expect(boxes(componentsOf(ink))).toEqual([
    { box: [0, 0, 3, 2], pixels: [0, 1, 6] },
    { box: [0, 3, 1, 4], pixels: [12] },
  ]);
  expect(boxes(componentsOf(ink, { diagonally: false })).map(({ box }) => box)).toEqual([
    [0, 0, 2, 1],
    [2, 1, 3, 2],
    [0, 3, 1, 4],
  ]);
});

test("what ends at one edge does not go on at the other", () => {
  expect(componentsOf(map("..#", "#..", "..."))).toHaveLength(2);
});
