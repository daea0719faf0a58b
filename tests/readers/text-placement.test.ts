import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { degrees, PDFDocument, PDFName, PDFNumber } from "@cantoo/pdf-lib";
import {
  type Box,
  blockOf,
  lineOf,
  type PageResult,
  type Preparation,
  type Word,
  wordsOf,
} from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { temporaryResults } from "../page-result.ts";
import { pdfiumText, renderers } from "./rendering.ts";
import { checkPdf, installDebian, pdfText, pdfWords } from "./result-readers.ts";
import { writtenPdf } from "./written-pdf.ts";

const { results } = await temporaryResults();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-placement-"));
afterAll(() => rm(folder, { recursive: true }));
let missing: string | undefined;
beforeAll(async () => {
  missing = (await installDebian("pdftotext", "poppler-utils")) ?? (await installDebian("qpdf", "qpdf"));
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

const dpi = 75;
const [width, height] = [500, 400];
const letter = { width: 8, height: 15 };

/** A tolerance in levels of a colour. */
const sameColour = 12;
/** The least share of a word's box that has the word's ink, and of its ink that lies in the box. */
const sharedArea = 0.7;

type Direction = Word["direction"];

/** A line of words from a point of the picture, in a direction. */
function line(x: number, y: number, texts: readonly string[], direction?: Direction) {
  let along = 0;
  const words = texts.map((text): Word => {
    const [from, to] = [along, along + letter.width * text.length];
    along = to + 6;
    const boxes: Record<number, Box> = {
      0: [x + from, y, x + to, y + letter.height],
      90: [x, y + from, x + letter.height, y + to],
      180: [x - to, y, x - from, y + letter.height],
      270: [x, y - to, x + letter.height, y - from],
    };
    const box = boxes[direction ?? 0] ?? [0, 0, 0, 0];
    return { text, box, source: "ocr", confidence: 90, ...(direction && { direction }) };
  });
  return lineOf(words);
}

const horizontal = ["Edward", "Whitcombe", "covenants", "with", "Landlords", "thereafter"];
const lines = [
  line(50, 50, horizontal),
  line(50, 75, ["registered", "proprietor", "of", "fourteen", "Pennyfold"]),
  line(50, 150, ["downwards", "margin"], 90),
  line(100, 300, ["upwards", "sideways"], 270),
  line(350, 200, ["upside", "turned"], 180),
];
const blocks = lines.map((each) => blockOf([each]));
const all = blocks.flatMap((block) => wordsOf({ blocks: [block] }));
/** The colour of each word's rectangle, which is different for each word. */
const colours = all.map((_, index) => [10 * index, 250 - 10 * index, (index * 70) % 256] as const);

/** The picture before its preparation: a rectangle for each word. */
function source(preparation: readonly Preparation[]) {
  let turned = 0;
  for (const step of preparation)
    if (step.step === "rotate" || step.step === "deskew") turned += step.degrees;
  const isOnSide = preparation.some((each) => each.step === "rotate" && each.degrees !== 180);
  const size = isOnSide ? { width: height, height: width } : { width, height };
  const centre = `translate(${size.width / 2} ${size.height / 2}) rotate(${-turned})`;
  const rectangles = all.map(({ box: [left, top, right, bottom] }, index) => {
    const place = `x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"`;
    return `<rect ${place} fill="rgb(${colours[index]})"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">
    <rect width="100%" height="100%" fill="white"/>
    <g transform="${centre} translate(${-width / 2} ${-height / 2})">${rectangles.join("")}</g></svg>`;
  return { size, picture: sharp(Buffer.from(svg)) };
}

type Case = { preparation?: Preparation[]; rotate?: 0 | 90 | 180 | 270; crop?: Box; unit?: number };

async function resultPdf({
  preparation = [],
  rotate = 0,
  crop = [0, 0, 0, 0],
  unit = 1,
}: Case): Promise<string> {
  const { size, picture } = source(preparation);
  const result: PageResult = {
    ...{ page: 1, width, height, dpi, source: "ocr", preparation, segmentation: "auto" },
    ...{ confidence: 90, blocks },
  };
  const pdf = await PDFDocument.create();
  // Viewers turn the page clockwise.
  const content = sharp(await picture.png().toBuffer()).rotate(360 - rotate);
  const image = await pdf.embedPng(await content.png().toBuffer());
  const [left, bottom, right, top] = crop;
  const drawn = { width: (image.width * 72) / dpi / unit, height: (image.height * 72) / dpi / unit };
  const page = pdf.addPage([left + drawn.width + right, bottom + drawn.height + top]);
  page.drawImage(image, { x: left, y: bottom, ...drawn });
  page.setCropBox(left, bottom, drawn.width, drawn.height);
  page.setRotation(degrees(rotate));
  if (unit !== 1) page.node.set(PDFName.of("UserUnit"), PDFNumber.of(unit));
  const bytes = Buffer.from(await pdf.save());
  const parts = { image: size, streams: [] };
  return (await writtenPdf(results, folder, bytes, [{ result, parts }])).pdf;
}

const steps = {
  skewed: (degrees: number): Preparation => ({ step: "deskew", degrees }),
  onSide: { step: "rotate", degrees: 90 },
  upsideDown: { step: "rotate", degrees: 180 },
} as const;

const cases: [string, Case][] = [
  ["a straight page", {}],
  ["a page skewed by 4 degrees", { preparation: [steps.skewed(4)] }],
  ["a page skewed by -3 degrees", { preparation: [steps.skewed(-3)] }],
  ["a page with a rotation of 90 and a crop box", { rotate: 90, crop: [20, 30, 50, 10] }],
  ["a skewed page with a rotation of 180", { rotate: 180, preparation: [steps.skewed(-2)] }],
  [
    "a skewed page with a rotation of 270 and a crop box",
    { rotate: 270, crop: [9, 40, 1, 2], preparation: [steps.skewed(2)] },
  ],
  ["a unit of two points", { unit: 2, crop: [5, 5, 5, 5] }],
  ["a skewed page on its side", { preparation: [steps.onSide, steps.skewed(3)] }],
  ["a page upside down with a rotation of 90", { rotate: 90, preparation: [steps.upsideDown] }],
];

test.each(cases)("%s: each word lies over its ink, and readers find it whole", async (_, page) => {
  const { unit = 1 } = page;
  const file = await resultPdf(page);
  await checkPdf(file);
  const { data, info } = await sharp(await renderers.Poppler(file, 1, dpi))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [found = []] = await pdfWords(file);
  expect(found.map(({ text }) => text).toSorted()).toEqual(all.map(({ text }) => text).toSorted());
  for (const { text, box } of found) {
    const colour = colours[all.findIndex((word) => word.text === text)] ?? [];
    const [left = 0, top = 0, right = 0, bottom = 0] = box.map((points) => Math.round((points * dpi) / 72));
    let ink = 0;
    for (let y = top; y < bottom; y++) {
      for (let at = 3 * (y * info.width + left); at < 3 * (y * info.width + right); at += 3) {
        if (colour.every((level, index) => Math.abs(level - (data[at + index] ?? -1)) < sameColour)) ink++;
      }
    }
    expect(ink / ((right - left) * (bottom - top)), text).toBeGreaterThan(sharedArea);
    const wordArea = (text.length * letter.width * letter.height) / unit ** 2;
    expect(ink / wordArea, text).toBeGreaterThan(sharedArea);
  }
  const texts = [await pdfText(file), await pdfText(file, "-raw"), await pdfiumText(file)];
  for (const text of texts)
    expect(text.split(/\s+/)).toEqual(expect.arrayContaining(all.map((word) => word.text)));
  const raw = texts[1]?.split(/\s+/) ?? [];
  const first = raw.indexOf("Edward");
  expect(raw.slice(first, first + horizontal.length)).toEqual(horizontal);
});

test.each([1.5, -1.5])("at a skew of %d degrees Poppler finds whole lines", async (skew) => {
  const file = await resultPdf({ preparation: [steps.skewed(skew)] });
  expect(await pdfText(file)).toContain(horizontal.join(" "));
});
