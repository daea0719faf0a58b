import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PDFDocument } from "@cantoo/pdf-lib";
import sharp, { type Sharp } from "sharp";
import { afterAll, expect, test } from "vitest";
import { characterErrorRate } from "../../samples/scoring/character-error-rate.ts";
import { toBmp } from "../documents.ts";
import { clauses, drawPage } from "../drawn-page.ts";
import { temporaryResults } from "../page-result.ts";
import { damaged } from "./damaged.ts";
import { type Likeness, likenessOf } from "./likeness.ts";
import { Reading } from "./reading.ts";
import { pictureOf, renderers } from "./rendering.ts";

/**
 * The likeness that remains after a lossy source and a turn by a few degrees, and, for the prepared page,
 * after a lossy JPEG.
 */
const mostAddedBytes = 30_000;
const bounds = {
  original: { structure: 0.9, colour: 16 },
  page: { structure: 0.9, colour: 12 },
  prepared: { structure: 0.8, colour: 16 },
};

const { results } = await temporaryResults();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-page-pictures-"));
const reading = new Reading(results, folder);
afterAll(async () => {
  await reading.close();
  await rm(folder, { recursive: true });
});
const size = { width: 1000, height: 600 };
const background = "white";
const flat = async (page: Sharp) => sharp(await page.flatten({ background }).png().toBuffer());
const seal = `<rect x="90" y="430" width="600" height="120" fill="#cfc" stroke="red" stroke-width="9"/>`;
const coloured = await flat(drawPage(clauses, size, seal).withDensity(150));
const grey = await flat(drawPage(clauses, size).withDensity(150));
const oneChannel = () => grey.clone().toColourspace("b-w");

/** The white margin keeps a turn by a few degrees from cutting anything off. */
const margin = 60;
const wide = await flat(
  coloured.clone().extend({ ...{ top: margin, bottom: margin, left: margin, right: margin }, background }),
);

/** The page turned about its middle, at the same size. */
async function skewed(degrees: number): Promise<Sharp> {
  const [width, height] = [size.width + 2 * margin, size.height + 2 * margin];
  const turned = await wide.clone().rotate(degrees, { background }).toBuffer({ resolveWithObject: true });
  const [left, top] = [turned.info.width - width, turned.info.height - height].map((more) => more >> 1);
  return sharp(turned.data).extract({ left: left ?? 0, top: top ?? 0, width, height });
}

async function toPdf(picture: Sharp): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  const points = { width: (size.width * 72) / 150, height: (size.height * 72) / 150 };
  const image = await pdf.embedPng(await picture.png().toBuffer());
  pdf.addPage([points.width, points.height]).drawImage(image, points);
  return Buffer.from(await pdf.save());
}

function turned(page: Sharp, degrees: number): Sharp {
  return page.clone().rotate(degrees);
}

/** `shown`: what the page's picture should look like. */
type Case = [kind: string, source: () => Promise<Buffer>, shown: Sharp, channels: 1 | 3];
const cases: Case[] = [
  [
    "a coloured PNG with an ICC profile",
    () => coloured.clone().withIccProfile("p3").png().toBuffer(),
    coloured,
    3,
  ],
  [
    "a coloured JPEG with an orientation",
    () => turned(coloured, 90).jpeg().withMetadata({ orientation: 8 }).toBuffer(),
    coloured,
    3,
  ],
  ["a coloured TIFF, skewed", async () => (await skewed(3)).tiff({ compression: "lzw" }).toBuffer(), wide, 3],
  ["a coloured WebP", () => coloured.clone().webp().toBuffer(), coloured, 3],
  ["a coloured BMP on its side", () => toBmp(turned(coloured, 90)), coloured, 3],
  ["a coloured PDF", () => toPdf(coloured.clone()), coloured, 3],
  ["a grey PNG", () => oneChannel().png().toBuffer(), grey, 1],
  ["a grey JPEG of three components", () => grey.clone().jpeg().toBuffer(), grey, 1],
  ["a grey TIFF", () => oneChannel().tiff({ compression: "lzw" }).toBuffer(), grey, 1],
  ["a grey WebP", () => grey.clone().webp({ lossless: true }).toBuffer(), grey, 1],
  ["a grey BMP", () => toBmp(grey.clone()), grey, 1],
  ["a grey PDF", () => toPdf(grey.clone()), grey, 1],
];

test.for(cases)("%s and all its pictures look alike", async ([, source, shown, channels]) => {
  const bytes = await source();
  const { png, pdf, prepared, result, text } = await reading.read(bytes);
  expect(characterErrorRate(clauses.join("\n"), text)).toBeLessThan(0.02);
  expect((await sharp(png).metadata()).channels).toBe(channels);
  await expectLike(shown, png, bounds.page);
  await expectLike(shown, await renderers.PDFium(prepared, 1, result.dpi), bounds.prepared);
  const asItCame = result.preparation.some(({ step }) => step === "deskew") ? sharp(bytes) : shown;
  await expectLike(asItCame, await renderers.PDFium(pdf, 1, result.dpi), bounds.original);
  expect((await stat(pdf)).size).toBeLessThan(bytes.length + mostAddedBytes);
});

test("the comparison finds a page's picture that is garbled, shifted, turned or grey", async () => {
  const { png } = await reading.read(await coloured.clone().png().toBuffer());
  const likeness = async (damage: keyof typeof damaged) =>
    likenessOf(await pictureOf(coloured.clone()), await pictureOf(sharp(await damaged[damage](sharp(png)))));
  for (const damage of ["garbled", "shifted", "turned"] as const) {
    expect((await likeness(damage)).structure, damage).toBeLessThan(bounds.prepared.structure);
  }
  expect((await likeness("grey")).colour).toBeGreaterThan(bounds.prepared.colour);
});

async function expectLike(source: Sharp, picture: Buffer, bound: Likeness) {
  const likeness = likenessOf(await pictureOf(source.clone()), await pictureOf(sharp(picture)));
  expect(likeness.structure).toBeGreaterThan(bound.structure);
  expect(likeness.colour).toBeLessThan(bound.colour);
}
