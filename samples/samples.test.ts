import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { documentTypes, titleNumberForm } from "../services/common/src/orders/order.ts";
import { pages } from "./drawing/pages.ts";
import { Sheet } from "./drawing/sheet.ts";
import { imagePath, samples, samplesFolder, truthPath } from "./samples.ts";

const inFolder = (path: string) => join(samplesFolder, path);
const words = (text: string) => text.trim().split(/\s+/);
const millimetresPerInch = 25.4;
const kilobyte = 1024;

test("there are at least six samples, each at its own path", () => {
  expect(samples.length).toBeGreaterThanOrEqual(6);
  expect(new Set(samples.map(truthPath)).size).toBe(samples.length);
});

test("every document type has a sample", () => {
  expect(samples.map(({ documentType }) => documentType).toSorted()).toEqual(documentTypes.toSorted());
});

test("all samples together stay below 4 MB", async () => {
  const sizes = await Promise.all(
    samples.map(async (sample) => (await stat(inFolder(imagePath(sample)))).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 * kilobyte * kilobyte);
});

describe.each(samples.map((sample) => ({ path: imagePath(sample), sample })))("$path", ({ path, sample }) => {
  test("has a title number and a document type that can be ordered", () => {
    expect(sample.titleNumber).toMatch(titleNumberForm);
    expect(documentTypes).toContain(sample.documentType);
  });

  test("is an A4 page of 200 to 300 dpi and below 700 KB", async () => {
    const image = await readFile(inFolder(path));
    const { width, height, density, format } = await sharp(image).metadata();
    expect(format).toBe(sample.extension === "png" ? "png" : "jpeg");
    expect(density).toBe(sample.dpi);
    expect(sample.dpi).toBeGreaterThanOrEqual(200);
    expect(sample.dpi).toBeLessThanOrEqual(300);
    expect((width / sample.dpi) * millimetresPerInch).toBeCloseTo(210, 0);
    expect((height / sample.dpi) * millimetresPerInch).toBeCloseTo(297, 0);
    expect(image.length).toBeLessThan(700 * kilobyte);
  });

  test("has a text file beside it with the drawn text", async () => {
    const truth = await readFile(inFolder(truthPath(sample)), "utf8");
    expect(truth.trim().length).toBeGreaterThan(200);
    // Fonts affect only the line breaks, not the words, so an invented measure is enough.
    const sheet = new Sheet((text, face) => text.length * face.size * 0.4);
    pages[sample.documentType].draw(sheet);
    expect(words(sheet.trueText())).toEqual(words(truth));
  });

  test("contains its title number, unless it is older than the register", async () => {
    const truth = await readFile(inFolder(truthPath(sample)), "utf8");
    if (sample.documentType === "conveyance") expect(truth).not.toMatch(/OW\d{8}/);
    else expect(truth).toContain(sample.titleNumber);
  });

  test("is in the README's table", async () => {
    const readme = await readFile(join(import.meta.dirname, "README.md"), "utf8");
    expect(readme).toContain(`| \`${path}\` | ${sample.dpi} |`);
  });
});
