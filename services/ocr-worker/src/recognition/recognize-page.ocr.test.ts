import { type Box, pageResultSchema, textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { characterErrorRate } from "../../../../samples/scoring/character-error-rate.ts";
import {
  clauses,
  drawPage,
  drawSpecks,
  drawTable,
  drawText,
  grey,
  shadow,
} from "../../../../tests/drawn-page.ts";
import { developmentLanguageData, type Engine, openEngine } from "./engine.ts";
import { removeRulingLines } from "./frames/ruling-lines.ts";
import type { GreyImage } from "./grey-image.ts";
import { inkMap } from "./preparation/ink-map.ts";
import { rotate } from "./preparation/picture.ts";
import { planFor } from "./preparation/prepare.ts";
import { createRecognizer, type RecognizedPage, type RecognizePage } from "./recognize-page.ts";

let engine: Engine;
let recognize: RecognizePage;
beforeAll(async () => {
  engine = await openEngine(["eng"], developmentLanguageData());
  recognize = createRecognizer(engine);
});
afterAll(() => engine.close());

const text = clauses.join("\n");
/** The height of the drawn letters, in pixels. */
const letterHeight = 20;
const page = await grey(drawPage(clauses), 110);
const errorRate = ({ result }: RecognizedPage) => characterErrorRate(text, textOf(result));

const frame = { left: 60, top: 60, width: 880, height: 300 };
const rows = [
  ["Plot one\nof four", "First\ntenant", "Yearly\nrent"],
  ["Plot two\nbeside it", "Second\nowner", "Monthly\nfee"],
];
const table = drawTable({ ...frame, top: 100, rows });
const around = drawText(60, 60, "Schedule of rents") + drawText(60, 470, "Signed by both parties");
const tablePage = await grey(drawPage([], {}, table + around), 110);
const tableText = ["Schedule of rents", ...rows.flat(), "Signed by both parties"].join("\n\n");

describe("a page is read", () => {
  test.each([
    ["as it is", 0, []],
    ["upside down", 180, [{ step: "rotate", degrees: 180 }]],
    ["on its right side", 90, [{ step: "rotate", degrees: 270 }]],
    ["on its left side", 270, [{ step: "rotate", degrees: 90 }]],
    ["skewed clockwise", 3, [{ step: "deskew", degrees: expect.closeTo(-3, 0) }]],
    ["skewed counterclockwise", -3, [{ step: "deskew", degrees: expect.closeTo(3, 0) }]],
    [
      "upside down and skewed",
      183,
      [
        { step: "rotate", degrees: 180 },
        { step: "deskew", degrees: expect.closeTo(-3, 0) },
      ],
    ],
  ])("%s", async (_, degrees, preparation) => {
    const read = await recognize(await rotate(page, degrees));
    expect(read.result).toMatchObject({ preparation, source: "ocr", dpi: 110 });
    expect(errorRate(read)).toBeLessThan(0.02);
  });

  test.each([
    ["white on black", { paper: "#111", ink: "#eee" }, "", [{ step: "invert" }]],
    ["in a shadow", {}, shadow, [{ step: "flatten" }]],
    ["in small letters", { width: 500, height: 200, fontSize: 10 }, "", [{ step: "scale", factor: 2 }]],
  ])("%s", async (_, page, more, preparation) => {
    const read = await recognize(await grey(drawPage(clauses, page, more)));
    expect(read.result.preparation).toEqual(preparation);
    expect(errorRate(read)).toBeLessThan(0.02);
  });

  test("if more of its letters hang below the line than rise above it", async () => {
    const lines = [
      "gypsy query, my puppy pays yearly",
      "copy my pages, gouge jury gypsy",
      "young guy, gray pony pray yes",
    ];
    const hanging = await grey(drawPage(lines, { height: 300 }), 110);
    expect((await planFor(hanging)).turn).toBe(180);
    const { result } = await recognize(hanging);
    expect(result.preparation).toEqual([]);
    expect(textOf(result).trim()).toBe(lines.join("\n"));
  });
});

test("a page that can hardly be read is not turned upside down", async () => {
  const blurred = drawPage(clauses.slice(0, 3), { height: 250 }).blur(4);
  const { result } = await recognize(await grey(blurred, 110));
  expect(result.confidence).toBeLessThan(50);
  expect(result.preparation).toEqual([]);
});

describe("a ruled table is read cell by cell, its columns apart", () => {
  test.each([
    ["as it is", 0, ["remove_lines"]],
    ["turned", 3, ["deskew", "remove_lines"]],
    ["upside down", 180, ["rotate", "remove_lines"]],
  ])("%s", async (_, degrees, steps) => {
    const { result } = await recognize(await rotate(tablePage, degrees));
    expect(textOf(result).trim()).toBe(tableText);
    expect(result.preparation.map(({ step }) => step)).toEqual(steps);
  });

  test("with letters that overlap the lines", async () => {
    const [upper, lower] = ["paying yearly, by quarter days", "any glazing by joint expense"];
    const hanging = drawText(90, 204, upper) + drawText(90, 354, lower);
    const { result } = await recognize(
      await grey(drawPage([], {}, drawTable({ ...frame, rows: [[""], [""]] }) + hanging), 110),
    );
    expect(result.preparation).toEqual([{ step: "remove_lines" }]);
    expect(textOf(result).trim()).toBe(`${upper}\n\n${lower}`);
  });

  test("and two tables side by side are read one after the other", async () => {
    const left = {
      left: 40,
      rows: [
        ["Plot one", "Yearly rent"],
        ["Plot two", "Monthly fee"],
      ],
    };
    const right = {
      left: 520,
      rows: [
        ["Witness", "Address"],
        ["Clerk", "London"],
      ],
    };
    const place = { top: 60, width: 440, height: 300 };
    const tables = drawTable({ ...place, ...left }) + drawTable({ ...place, ...right });
    const { result } = await recognize(await grey(drawPage([], {}, tables), 110));
    expect(textOf(result).trim()).toBe([...left.rows, ...right.rows].flat().join("\n\n"));
  });
});

describe("marks that are not text", () => {
  const specks = drawSpecks(60, 2.5, [100, 410, 900, 490]) + drawSpecks(20, 1.5, [920, 20, 990, 480]);

  test("are not read among text, while stops, commas and dots on letters are", async () => {
    const { result } = await recognize(await grey(drawPage(clauses, {}, specks), 110));
    expect(wordsOf(result).map(({ text }) => text)).toEqual(text.split(/\s/));
  });

  test("are not read even if tesseract reads them", async () => {
    const signature = `<path fill="none" stroke="black" stroke-width="4" d="M200 450c20-60 40-60 30 0s30 20
      50-40 10 70 40 10 60-50 70 10 30-60 50-20 20 40 70-10"/>`;
    const signed = await grey(drawPage(clauses, {}, signature), 110);
    expect(wordsOf({ blocks: await engine.recognize(signed, "auto") }).length).toBeGreaterThan(
      text.split(/\s/).length,
    );
    expect(errorRate(await recognize(signed))).toBe(0);
  });

  test.each([
    ["white paper", {}, ""],
    ["grey paper", { paper: "#999" }, ""],
    ["black paper", { paper: "black" }, ""],
    ["a shadow", {}, shadow],
    ["specks", {}, specks],
    ["an empty table", {}, drawTable({ ...frame, rows: [["", ""]] })],
  ])("%s alone makes an empty page", async (_, page, more) => {
    const { result } = await recognize(await grey(drawPage([], page, more)));
    expect(result).toMatchObject({ blocks: [], confidence: null });
    expect(pageResultSchema.safeParse({ page: 1, ...result }).success).toBe(true);
  });

  test("a page of almost no pixels is empty", async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 3000],
      [3000, 1],
    ] as const) {
      const image = { data: Buffer.alloc(width * height, 255), width, height, dpi: undefined };
      expect((await recognize(image)).result).toMatchObject({ width, height, blocks: [], confidence: null });
    }
  });
});

/** The part of the image in the box, with some white around it. */
function cutOut({ data, width }: GreyImage, [left, top, right, bottom]: Box): GreyImage {
  const margin = 20;
  const cut = { width: right - left + 2 * margin, height: bottom - top + 2 * margin };
  const pixels = Buffer.alloc(cut.width * cut.height, 255);
  for (let y = top; y < bottom; y++) {
    const at = (y - top + margin) * cut.width + margin;
    data.copy(pixels, at, y * width + left, y * width + right);
  }
  return { data: pixels, ...cut, dpi: 110 };
}

describe.each([
  ["a straight page", async () => page],
  ["a turned page", () => rotate(page, 183)],
  ["a page in small letters", () => grey(drawPage(clauses, { width: 500, height: 200, fontSize: 10 }))],
  ["a table", async () => tablePage],
])("on the returned image of %s", (_, draw) => {
  let read: RecognizedPage;
  beforeAll(async () => {
    read = await recognize(await draw());
  });

  test("the result matches the schema of pages", () => {
    const result = { page: 1, ...read.result };
    expect(pageResultSchema.parse(result)).toEqual(result);
  });

  test("boxes contain the words' ink, and hardly any ink is outside", () => {
    const { width, height } = read.image;
    const isRuled = read.result.preparation.some(({ step }) => step === "remove_lines");
    const { data } = inkMap(isRuled ? removeRulingLines(read.image, letterHeight).image : read.image);
    expect(read.result).toMatchObject({ width, height });
    const boxes = wordsOf(read.result).map(({ box }) => box);
    const inked = data.reduce((sum, pixel) => sum + pixel, 0);
    for (const [left, top, right, bottom] of boxes) {
      let held = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          held += data[y * width + x] ?? 0;
          data[y * width + x] = 0;
        }
      expect(held / ((right - left) * (bottom - top))).toBeGreaterThan(0.1);
      expect([left, top, width - right, height - bottom].every((distance) => distance >= 0)).toBe(true);
    }
    expect(data.reduce((sum, pixel) => sum + pixel, 0) / inked).toBeLessThan(0.05);
  });

  test("words are at the positions of their boxes", async () => {
    const long = wordsOf(read.result)
      .filter(({ text }) => text.length > 5)
      .slice(0, 3);
    expect(long).toHaveLength(3);
    for (const { text, box } of long) {
      expect(textOf({ blocks: await engine.recognize(cutOut(read.image, box), "auto") }).trim()).toBe(text);
    }
  });
});

test("a page is read in the same way, whatever pages came before", async () => {
  const few = await grey(drawPage(clauses.slice(0, 3), { height: 250 }), 110);
  const pages = [{ ...few, dpi: undefined }, { ...few, dpi: 1200 }, tablePage, await rotate(few, 183)];
  const readPage = async (page: GreyImage) => {
    const { image, result } = await recognize(page);
    return { image, result };
  };
  const forwards = [];
  for (const page of pages) forwards.push(await readPage(page));
  const backwards = [];
  for (const page of pages.toReversed()) backwards.push(await readPage(page));
  expect(backwards.toReversed()).toEqual(forwards);
});

test("a page without a resolution gets that of a sheet of A4", async () => {
  const image = { data: Buffer.alloc(1169 * 827, 255), width: 827, height: 1169 };
  expect((await recognize({ ...image, dpi: undefined })).result.dpi).toBeCloseTo(100, 1);
  expect((await recognize({ ...image, dpi: 72 })).result.dpi).toBe(72);
});
