import { describe, expect, test } from "vitest";
import { clauses, drawPage, grey, shadow } from "../../../../../tests/drawn-page.ts";
import { flatten, invert, lightOf } from "./light.ts";

const page = await grey(drawPage(clauses));

test.each([
  ["a white page", {}, "", "even"],
  ["a grey page", { paper: "#999" }, "", "even"],
  ["a page with a dark stamp", {}, `<rect x="800" y="350" width="120" height="120"/>`, "even"],
  ["a page that darkens to one side", {}, shadow, "uneven"],
  ["white letters on black", { paper: "#111", ink: "#eee" }, "", "inverted"],
])("the light of %s", async (_, page, more, light) => {
  expect(lightOf(await grey(drawPage(clauses, page, more)))).toBe(light);
});

test("an empty page has even light", async () => {
  expect(lightOf(await grey(drawPage([])))).toBe("even");
});

/** White letters on bands of this colour, with black ones between the bands. */
function bands(colour: string, count: number, height: number): string {
  return Array.from({ length: count }, (_, band) => {
    const top = 20 + band * 160;
    const text = `<text x="90" y="${top + height / 2 + 10}" fill="white">OFFICIAL COPY ${band + 1}</text>`;
    return `<rect y="${top}" width="1000" height="${height}" fill="${colour}"/>${text}`;
  }).join("");
}

describe.each([
  ["black", "#141414", 1, 150],
  ["grey", "#555", 3, 110],
  ["narrow", "#303030", 3, 60],
  ["blue", "#1a2b6b", 2, 120],
])("%s areas with white letters", (_, colour, count, height) => {
  const draw = (more: string) => grey(drawPage([], { height: 640 }, bands(colour, count, height) + more));

  test("are not mistaken for a shadow", async () => {
    expect(lightOf(await draw(""))).toBe("even");
  });

  test("stay dark with bright letters when a shadow is removed", async () => {
    const [lit, shaded] = [await draw(""), await draw(shadow)];
    const flat = await flatten(shaded);
    const dark = flat.data.filter((_, index) => (lit.data[index] ?? 0) < 110);
    const bright = flat.data.filter((_, index) => lit.data[index] === 255);
    expect(dark.filter((level) => level > 150).length / dark.length).toBeLessThan(0.02);
    expect(bright.filter((level) => level < 190).length / bright.length).toBeLessThan(0.02);
  });
});

test("a shadow with an edge and dark letters in it is removed", async () => {
  const hand = `<rect x="600" width="400" height="500" fill-opacity="0.6"/>`;
  const shaded = await grey(drawPage(clauses, {}, hand));
  expect(lightOf(shaded)).toBe("uneven");
  expect(lightOf(await flatten(shaded))).toBe("even");
});

test("flattening makes paper white and leaves letters dark", async () => {
  const shaded = await grey(drawPage(clauses, {}, shadow), 110);
  const flat = await flatten(shaded);
  expect(lightOf(flat)).toBe("even");
  expect({ ...flat, data: null }).toEqual({ ...shaded, data: null });
  const paper = flat.data.filter((_, index) => page.data[index] === 255);
  const letters = flat.data.filter((_, index) => page.data[index] === 0);
  expect(paper.filter((level) => level < 230).length / paper.length).toBeLessThan(0.01);
  expect(letters.filter((level) => level > 80).length / letters.length).toBeLessThan(0.01);
});

test("inverting swaps white and black, and twice restores the image", () => {
  const inverted = invert(page);
  expect(inverted.data[0]).toBe(0);
  expect(lightOf(inverted)).toBe("inverted");
  expect(invert(inverted)).toEqual(page);
});
