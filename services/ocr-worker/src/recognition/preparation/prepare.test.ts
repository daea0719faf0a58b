import { describe, expect, test } from "vitest";
import { clauses, drawPage, drawTable, grey, shadow } from "../../../../../tests/drawn-page.ts";
import type { GreyImage } from "../grey-image.ts";
import { inkMap } from "./ink-map.ts";
import { invert } from "./light.ts";
import { rotate } from "./picture.ts";
import { type Plan, planFor, prepare, upsideDown } from "./prepare.ts";

const page = await grey(drawPage(clauses), 110);
const place = { left: 60, top: 60, width: 880, height: 300 };
const rows = [
  ["Plot one", "Yearly rent"],
  ["Plot two", "Monthly rent"],
];
const table = await grey(drawPage([], {}, drawTable({ ...place, rows })), 110);
const prepared = async (image: GreyImage) => prepare(image, await planFor(image));
const stepsOf = async (image: GreyImage) => (await prepared(image)).preparation.map(({ step }) => step);

test("a page that needs nothing is left alone", async () => {
  expect(await planFor(page)).toMatchObject({
    light: "even",
    turn: 0,
    skew: 0,
    factor: 1,
    isRuled: false,
  });
  const { image, preparation, frames } = await prepared(page);
  expect(image === page).toBe(true);
  expect({ preparation, frames }).toEqual({ preparation: [], frames: [] });
});

test.each([-0.5, 0.5])("a page turned by %d degrees only is left as it is", async (degrees) => {
  expect(await stepsOf(await rotate(page, degrees))).toEqual([]);
});

test.each([-8, -3, -1, 1, 3, 8])("a page turned by %d degrees is turned back", async (degrees) => {
  const { image, preparation } = await prepared(await rotate(page, degrees));
  expect(preparation).toEqual([{ step: "deskew", degrees: expect.closeTo(-degrees, 0) }]);
  expect((await planFor(image)).skew).toBe(0);
});

test.each([
  [90, 270],
  [180, 180],
  [270, 90],
] as const)("a page turned by %d degrees is turned clockwise by %d more", async (turned, degrees) => {
  const { image, preparation } = await prepared(await rotate(page, turned));
  expect(preparation).toEqual([{ step: "rotate", degrees }]);
  expect(image.data.equals(page.data)).toBe(true);
});

test("an empty page is left alone, whatever its paper", async () => {
  expect(await prepared(await grey(drawPage([])))).toMatchObject({ preparation: [], frames: [] });
  expect(await stepsOf(await grey(drawPage([], { paper: "#aaa" })))).toEqual([]);
});

test("what is done is named in the order in which it is done", async () => {
  const small = await grey(drawPage(clauses, { width: 500, height: 200, fontSize: 10 }), 72);
  expect(await prepared(invert(await rotate(small, 183)))).toMatchObject({
    preparation: [
      { step: "invert" },
      { step: "rotate", degrees: 180 },
      { step: "deskew", degrees: expect.closeTo(-3, 0) },
      { step: "scale", factor: 2 },
    ],
    image: { dpi: 144 },
  });
  const shaded = await grey(drawPage(clauses, {}, shadow));
  expect(await stepsOf(await rotate(shaded, 90))).toEqual(["flatten", "rotate"]);
});

test("a table is found on a page that is turned, and its lines taken out", async () => {
  const { image, preparation, frames } = await prepared(await rotate(table, 93));
  expect(preparation.map(({ step }) => step)).toEqual(["rotate", "deskew", "remove_lines"]);
  expect(frames).toHaveLength(1);
  const words = drawTable({ ...place, rows }).replaceAll(/<rect[^>]*>/g, "");
  const unruled = await rotate(await rotate(await grey(drawPage([], {}, words)), 93), -93);
  const inked = (page: GreyImage) => inkMap(page).data.filter((pixel) => pixel === 1).length;
  expect(Math.abs(inked(image) / inked(unruled) - 1)).toBeLessThan(0.1);
});

test("lines that make no frame are left", async () => {
  const lines = `<path d="M40 60H960M40 480H960" stroke="black" stroke-width="3"/>`;
  const ruled = await grey(drawPage(clauses, {}, lines));
  expect(await planFor(ruled)).toMatchObject({ isRuled: true });
  expect((await prepared(ruled)).image === ruled).toBe(true);
});

describe("a page is scaled", () => {
  const factorOf = async (lines: string[], size: { width: number; height: number; fontSize: number }) =>
    (await planFor(await grey(drawPage(lines, size)))).factor;

  test("twice as large where its letters are small", async () => {
    expect(await factorOf(clauses, { width: 500, height: 200, fontSize: 10 })).toBe(2);
    expect(await factorOf(clauses, { width: 500, height: 300, fontSize: 18 })).toBe(1);
  });

  test("down where it is larger than its letters need", async () => {
    expect(await factorOf(clauses, { width: 5000, height: 1600, fontSize: 100 })).toBe(0.66);
    expect(await factorOf(clauses, { width: 5000, height: 500, fontSize: 22 })).toBe(1);
    expect(await factorOf(clauses, { width: 3900, height: 1600, fontSize: 100 })).toBe(1);
  });

  test("never up where it is large: what seem to be small letters are dashes", async () => {
    const dashes = `<path d="M200 203H4700M200 303H4700M200 403H4700" stroke="black" stroke-width="2" stroke-dasharray="60 40"/>`;
    const plan = await planFor(await grey(drawPage([], { width: 5000 }, dashes)));
    expect(plan.letterHeight).toBeLessThan(8.5);
    expect(plan.factor).toBe(1);
  });

  test("as its resolution says then", async () => {
    const { image } = await prepared(
      await grey(drawPage(clauses, { width: 500, height: 200, fontSize: 10 }), 75),
    );
    expect(image).toMatchObject({ width: 1000, height: 400, dpi: 150 });
  });
});

test("upside down is half a turn more", () => {
  const plan: Plan = { light: "even", turn: 0, skew: 2, factor: 1, letterHeight: 20, isRuled: false };
  expect(([0, 90, 180, 270] as const).map((turn) => upsideDown({ ...plan, turn }))).toEqual(
    [180, 270, 0, 90].map((turn) => ({ ...plan, turn })),
  );
});
