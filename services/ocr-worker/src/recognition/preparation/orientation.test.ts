import { expect, test } from "vitest";
import { clauses, drawPage, drawSpecks, grey } from "../../../../../tests/drawn-page.ts";
import type { GreyImage } from "../grey-image.ts";
import { inkMap } from "./ink-map.ts";
import { lettersOf } from "./letters.ts";
import { orientationOf } from "./orientation.ts";
import { rotate } from "./picture.ts";

const page = await grey(drawPage(clauses));
const orientation = (image: GreyImage) => orientationOf(lettersOf(inkMap(image)).letters);

test("a straight page lies straight", () => {
  expect(orientation(page)).toMatchObject({ side: "bottom", degrees: 0 });
});

test.each([-14, -7, -3, -1.2, -0.4, 0.4, 1.2, 3, 7, 14])(
  "a page turned by %d degrees is found to be, within a tenth",
  async (turned) => {
    const { side, degrees } = orientation(await rotate(page, turned));
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
    const found = orientation(await rotate(page, quarter + skew));
    expect(found.side).toBe(side);
    expect(Math.abs(found.degrees - skew)).toBeLessThan(0.1);
  }
});

test("lines are clear by their sharpness, specks and nothing are not", async () => {
  expect(orientation(page).sharpness).toBeGreaterThan(3);
  const specks = drawSpecks(300, 4, [0, 0, 1000, 500]);
  expect(orientation(await grey(drawPage([], {}, specks))).sharpness).toBeLessThan(1.5);
  expect(orientation(await grey(drawPage([])))).toEqual({ side: "bottom", degrees: 0, sharpness: 1 });
});
