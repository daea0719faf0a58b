import { expect, test } from "vitest";
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

test("an empty page is lit evenly", async () => {
  expect(lightOf(await grey(drawPage([])))).toBe("even");
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

test("inverting makes white black, and back again", () => {
  const inverted = invert(page);
  expect(inverted.data[0]).toBe(0);
  expect(lightOf(inverted)).toBe("inverted");
  expect(invert(inverted)).toEqual(page);
});
