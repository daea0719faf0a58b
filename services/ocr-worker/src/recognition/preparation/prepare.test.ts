import { describe, expect, test } from "vitest";
import { clauses, drawPage, drawTable, drawText, grey, shadow } from "../../../../../tests/drawn-page.ts";
import type { GreyImage } from "../grey-image.ts";
import { invert } from "../light/light.ts";
import { inkMap } from "./ink-map.ts";
import { cropMiddle, rotate } from "./picture.ts";
import { asRuled, type Plan, planFor, prepare, upsideDown } from "./prepare.ts";

const page = await grey(drawPage(clauses), 110);
const place = { left: 60, top: 60, width: 880, height: 300 };
const rows = [
  ["Plot one", "Yearly rent"],
  ["Plot two", "Monthly rent"],
];
const table = await grey(drawPage([], {}, drawTable({ ...place, rows })), 110);
const prepared = async (image: GreyImage) => prepare(image, await planFor(image));
const inkOf = (image: GreyImage) => inkMap(image).data.filter((pixel) => pixel === 1).length;
const stepsOf = async (image: GreyImage) => (await prepared(image)).preparation.map(({ step }) => step);

test("a page that needs no preparation is not changed", async () => {
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

test.each([-0.5, 0.5])("a page turned by only %d degrees is not changed", async (degrees) => {
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

test("an empty page is not changed, whatever its paper", async () => {
  expect(await prepared(await grey(drawPage([])))).toMatchObject({ preparation: [], frames: [] });
  expect(await stepsOf(await grey(drawPage([], { paper: "#aaa" })))).toEqual([]);
});

test("the steps are listed in the order in which they were applied", async () => {
  const small = await grey(drawPage(clauses, { width: 500, height: 200, fontSize: 10 }), 72);
  expect(await prepared(invert(await rotate(small, 183)))).toMatchObject({
    preparation: [
      { step: "rotate", degrees: 180 },
      { step: "deskew", degrees: expect.closeTo(-3, 0) },
      { step: "scale", factor: 2 },
      { step: "invert" },
    ],
    image: { dpi: 144 },
  });
  const shaded = await grey(drawPage(clauses, {}, shadow));
  expect(await stepsOf(await rotate(shaded, 90))).toEqual(["rotate", "flatten"]);
});

test("the table on a turned page is found, and its lines are removed", async () => {
  const { image, preparation, frames } = await prepared(await rotate(table, 93));
  expect(preparation.map(({ step }) => step)).toEqual(["rotate", "deskew", "remove_lines"]);
  expect(frames).toHaveLength(1);
  const words = drawTable({ ...place, rows }).replaceAll(/<rect[^>]*>/g, "");
  const unruled = await rotate(await rotate(await grey(drawPage([], {}, words)), 93), -93);
  const inked = (page: GreyImage) => inkMap(page).data.filter((pixel) => pixel === 1).length;
  expect(Math.abs(inked(image) / inked(unruled) - 1)).toBeLessThan(0.1);
});

test("lines that do not form a frame are kept", async () => {
  const lines = `<path d="M40 60H960M40 480H960" stroke="black" stroke-width="3"/>`;
  const ruled = await grey(drawPage(clauses, {}, lines));
  expect(await planFor(ruled)).toMatchObject({ isRuled: true });
  expect((await prepared(ruled)).image === ruled).toBe(true);
});

test("a deskewed page keeps its size", async () => {
  const { width, height } = page;
  for (const [degrees, size] of [
    [3, { width, height }],
    [-6, { width, height }],
    [93, { width: height, height: width }],
  ] as const) {
    const skewed = await rotate(page, degrees);
    const scanned = await cropMiddle(skewed, size);
    const { picture } = await prepared(scanned);
    expect({ width: picture.width, height: picture.height }).toEqual({ width, height });
  }
});

test("a deskewed page becomes larger if its text would be cut off", async () => {
  const full = Array.from(
    { length: 12 },
    (_, line) => `${line} The Tenant shall pay the Rent on the usual quarter days`,
  );
  const crowded = await grey(drawPage(full, { width: 960, height: 760, fontSize: 28 }));
  const askew = await rotate(crowded, 5);
  const { picture } = await prepared(askew);
  expect(inkOf(picture) / inkOf(crowded)).toBeGreaterThan(0.97);
  // Text in the corners of a narrow page. Deskewing would move its upper left and lower right end outside.
  const corners = drawText(4, 30, "Upper left corner") + drawText(650, 490, "Lower right corner");
  const narrow = await grey(drawPage(clauses, {}, `<g transform="rotate(-8 500 250)">${corners}</g>`));
  const { picture: straight, preparation } = await prepared(
    await cropMiddle(await rotate(narrow, 8), narrow),
  );
  expect(preparation.map(({ step }) => step)).toEqual(["deskew"]);
  expect(inkOf(straight) / inkOf(narrow)).toBeGreaterThan(0.9);
});

test("the picture shown to users keeps its light and its lines", async () => {
  const shaded = await grey(drawPage(clauses, {}, shadow), 110);
  const evened = await prepared(shaded);
  expect(evened.preparation).toEqual([{ step: "flatten" }]);
  expect(evened.picture === shaded).toBe(true);
  expect(evened.image.data.equals(shaded.data)).toBe(false);
  const unruled = await prepared(table);
  expect(unruled.preparation).toEqual([{ step: "remove_lines" }]);
  expect(unruled.picture === table).toBe(true);
  expect(asRuled(unruled)).toMatchObject({ image: table, preparation: [], frames: [] });
  const negative = await prepared(invert(page));
  expect(negative.preparation).toEqual([{ step: "invert" }]);
  expect(negative.picture.data.equals(invert(page).data)).toBe(true);
});

describe("a page is scaled", () => {
  const factorOf = async (lines: string[], size: { width: number; height: number; fontSize: number }) =>
    (await planFor(await grey(drawPage(lines, size)))).factor;

  test("to twice the size if its letters are small", async () => {
    expect(await factorOf(clauses, { width: 500, height: 200, fontSize: 10 })).toBe(2);
    expect(await factorOf(clauses, { width: 500, height: 300, fontSize: 18 })).toBe(1);
  });

  test("down if it is larger than its letters need", async () => {
    expect(await factorOf(clauses, { width: 5000, height: 1600, fontSize: 100 })).toBe(0.66);
    expect(await factorOf(clauses, { width: 5000, height: 500, fontSize: 22 })).toBe(1);
    expect(await factorOf(clauses, { width: 3900, height: 1600, fontSize: 100 })).toBe(1);
  });

  test("never up if it is large, because small pieces of ink are then dashes", async () => {
    const pen = 'stroke="black" stroke-width="2" stroke-dasharray="60 40"';
    const dashes = `<path d="M200 203H4700M200 303H4700M200 403H4700" ${pen}/>`;
    const plan = await planFor(await grey(drawPage([], { width: 5000 }, dashes)));
    expect(plan.letterHeight).toBeLessThan(8.5);
    expect(plan.factor).toBe(1);
  });

  test("together with its resolution", async () => {
    const { image } = await prepared(
      await grey(drawPage(clauses, { width: 500, height: 200, fontSize: 10 }), 75),
    );
    expect(image).toMatchObject({ width: 1000, height: 400, dpi: 150 });
  });
});

test("upside down adds half a turn", () => {
  const plan: Plan = {
    light: "even",
    turn: 0,
    skew: 2,
    factor: 1,
    letterHeight: 20,
    isRuled: false,
    size: { width: 100, height: 100 },
    look: { ink: { data: new Uint8Array(0), width: 0, height: 0 }, factor: 1 },
  };
  expect(([0, 90, 180, 270] as const).map((turn) => upsideDown({ ...plan, turn }))).toEqual(
    [180, 270, 0, 90].map((turn) => ({ ...plan, turn })),
  );
});
