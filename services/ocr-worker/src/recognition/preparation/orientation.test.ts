import { expect, test } from "vitest";
import { seededRandom } from "../../../../../samples/drawing/random.ts";
import { clauses, drawPage, drawSpecks, drawText, grey } from "../../../../../tests/drawn-page.ts";
import type { GreyImage } from "../grey-image.ts";
import { inkMap } from "./ink-map.ts";
import { lettersOf } from "./letters.ts";
import { orientationOf } from "./orientation.ts";
import { pageSide } from "./page-side.ts";
import { rotate, scale } from "./picture.ts";

const page = await grey(drawPage(clauses));
const orientation = (image: GreyImage) => orientationOf(lettersOf(inkMap(image)).letters);

test("a straight page has no skew", () => {
  expect(orientation(page)).toMatchObject({ side: "bottom", degrees: 0 });
});

test.each([-14, -7, -3, -1.2, -0.4, 0.4, 1.2, 3, 7, 14])(
  "the angle of a page that is turned by %d degrees is found within a tenth of a degree",
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

test("lines of text have a sharp direction, but specks and empty pages do not", async () => {
  expect(orientation(page).sharpness).toBeGreaterThan(3);
  const specks = drawSpecks(300, 4, [0, 0, 1000, 500]);
  expect(orientation(await grey(drawPage([], {}, specks))).sharpness).toBeLessThan(1.5);
  expect(orientation(await grey(drawPage([])))).toEqual({ side: "bottom", degrees: 0, sharpness: 1 });
});

test.each([
  [40, 384],
  [90, 384],
  [160, 576],
])("a receipt of %d lines is upright, though its columns are sharper than its lines", async (rows, width) => {
  const random = seededRandom(rows);
  const size = width / 26;
  const lines = Array.from({ length: rows }, (_, row) => {
    const [y, sum] = [size * (3 + row * 1.75), (random() * 100).toFixed(2)];
    const text = ["Oak boards planed", "Brass hinges", "Linseed oil litre", "Window putty"][row % 4] ?? "";
    return `${drawText(size, y, text)}<text x="${width - size}" y="${y}" text-anchor="end">${sum}</text>`;
  });
  const strip = `<g font-family="DejaVu Sans Mono, monospace">${lines.join("")}</g>`;
  const height = Math.round(size * (6 + rows * 1.75));
  const receipt = await grey(drawPage([], { width, height, fontSize: size }, strip));
  const look = await scale(receipt, Math.min(1, 1000 / pageSide(receipt)));
  expect(orientation(look).side).toBe("bottom");
  expect(orientation(await rotate(look, 90)).side).toBe("left");
});
