import { expect, test } from "vitest";
import { clauses, drawPage, grey, shadow } from "../../../../../tests/drawn-page.ts";
import { componentsOf, type InkMap, inkMap } from "./ink-map.ts";

/** Ink is drawn as `#`. */
function map(...rows: string[]): InkMap {
  const data = Uint8Array.from(rows.join(""), (pixel) => Number(pixel === "#"));
  return { data, width: rows[0]?.length ?? 0, height: rows.length };
}

test("the ink in a shadow is the same as without the shadow", async () => {
  const lit = inkMap(await grey(drawPage(clauses))).data;
  const shaded = inkMap(await grey(drawPage(clauses, {}, shadow))).data;
  const inked = lit.filter((pixel) => pixel === 1).length;
  const different = lit.filter((pixel, index) => pixel !== shaded[index]).length;
  expect(inked).toBeGreaterThan(10_000);
  expect(different / inked).toBeLessThan(0.01);
});

test("faint print is ink, but grain and bare paper are not", async () => {
  const inked = async (ink: string) => {
    const { data } = inkMap(await grey(drawPage(clauses, { ink })));
    return data.filter((pixel) => pixel === 1).length;
  };
  expect(await inked("#bbb")).toBeGreaterThan(10_000);
  expect(await inked("#eee")).toBe(0);
  expect(await inked("white")).toBe(0);
});

test("pixels that touch at a corner are connected, unless `diagonally` is false", () => {
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

test("ink at one edge is not connected with ink at the opposite edge", () => {
  expect(componentsOf(map("..#", "#..", "..."))).toHaveLength(2);
});
