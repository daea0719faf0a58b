import { expect, test } from "vitest";
import { clauses, drawPage, drawSpecks, grey } from "../../../../../tests/drawn-page.ts";
import type { GreyImage } from "../recognize-page.ts";
import { inkMap } from "./ink.ts";
import { lettersOf } from "./letters.ts";
import { rotate } from "./picture.ts";
import { lieOf } from "./skew.ts";

const page = await grey(drawPage(clauses));
const lie = (image: GreyImage) => lieOf(lettersOf(inkMap(image)).letters);

test("a straight page lies straight", () => {
  expect(lie(page)).toMatchObject({ side: "bottom", degrees: 0 });
});

test.each([-14, -7, -3, -1.2, -0.4, 0.4, 1.2, 3, 7, 14])(
  "a page turned by %d degrees is found to be, within a tenth",
  async (turned) => {
    const { side, degrees } = lie(await rotate(page, turned));
    expect(side).toBe("bottom");
    expect(Math.abs(degrees - turned)).toBeLessThan(0.1);
  },
);

test.each([
  [90, "left"],
  [180, "top"],
  [270, "right"],
])("letters on a page turned by %d degrees stand on its %s", async (quarter, side) => {
  for (const skew of [0, -2, 2]) {
    const found = lie(await rotate(page, quarter + skew));
    expect(found.side).toBe(side);
    expect(Math.abs(found.degrees - skew)).toBeLessThan(0.1);
  }
});

test("lines are clear by their sharpness, specks and nothing are not", async () => {
  expect(lie(page).sharpness).toBeGreaterThan(3);
  const specks = drawSpecks(300, 4, [0, 0, 1000, 500]);
  expect(lie(await grey(drawPage([], {}, specks))).sharpness).toBeLessThan(1.5);
  expect(lie(await grey(drawPage([])))).toEqual({ side: "bottom", degrees: 0, sharpness: 1 });
});
