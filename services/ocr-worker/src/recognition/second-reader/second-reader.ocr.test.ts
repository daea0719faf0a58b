import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Box, type Line, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { samplesFolder } from "../../../../../samples/samples.ts";
import { characterErrorRate } from "../../../../../samples/scoring/character-error-rate.ts";
import { grey } from "../../../../../tests/drawn-page.ts";
import { fetchModel } from "../../../model/fetch-model.ts";
import { developmentLanguageData, type Engine, openEngine } from "../engine.ts";
import { scale } from "../preparation/picture.ts";
import { createRecognizer, type RecognizedPage } from "../recognize-page.ts";
import { developmentModel } from "./development-model.ts";
import { openRecogniser, type Recogniser } from "./recogniser.ts";
import { createSecondReader, readSpan } from "./second-reader.ts";
import { spansOf } from "./spans.ts";

/** A typewritten deed as a poor scan: tesseract reads "morth side of Pennyfold Lame". */
const deed = path.join(samplesFolder, "OW34567890/conveyance");
const page = await scale(await grey(sharp(`${deed}.jpg`), 240), 100 / 240);
const truth = await readFile(`${deed}.txt`, "utf8");

let engine: Engine;
let recogniser: Recogniser;
let alone: RecognizedPage;
beforeAll(async () => {
  await fetchModel(developmentModel());
  recogniser = await openRecogniser(developmentModel(), ["eng"]);
  engine = await openEngine(["eng"], developmentLanguageData());
  alone = await createRecognizer(engine)(page);
}, 300_000);
afterAll(async () => {
  await recogniser.close();
  await engine.close();
});

const errorRate = ({ result }: RecognizedPage) => {
  const read = wordsOf(result).map(({ text }) => text);
  return characterErrorRate(truth, read.join(" "));
};
const lines = () => alone.result.blocks.flatMap((block) => block.lines);
const readAll = (each: Line[]) =>
  Promise.all(
    each.flatMap((line) =>
      spansOf(line, "always").map((span) => readSpan(recogniser, alone.image, line.words, span)),
    ),
  );

test("what tesseract misreads on a poor scan is read right, and names its reader", async () => {
  expect(errorRate(alone)).toBeGreaterThan(0.003);
  const both = await createRecognizer(engine, createSecondReader(recogniser, "doubtful"))(page);
  expect(errorRate(both)).toBeLessThan(errorRate(alone) / 2);
  const better = wordsOf(both.result).filter(({ reader }) => reader === "ppocr");
  expect(better.map(({ text }) => text)).toEqual(expect.arrayContaining(["north", "Lane"]));
});

test("without a second reader all words are tesseract's", () => {
  expect(new Set(wordsOf(alone.result).map(({ reader }) => reader))).toEqual(new Set(["tesseract"]));
});

test("the model's words have their spaces, and lie where tesseract's lie", async () => {
  const words = (await readAll(lines())).flat();
  const others = wordsOf(alone.result);
  const same = words.flatMap((word) => {
    const other = others.find(({ text, box }) => text === word.text && overlap(box, word.box) > 0);
    return other ? [overlap(other.box, word.box)] : [];
  });
  expect(same.length).toBeGreaterThan(0.9 * others.length);
  // On this scan, tesseract's own boxes are not all right.
  expect(same.filter((share) => share > 0.5).length).toBeGreaterThan(0.99 * same.length);
});

test("a reading does not depend on the ones before it", async () => {
  const some = lines().slice(0, 12);
  const forwards = await readAll(some);
  const backwards = await readAll(some.toReversed());
  expect(backwards.reverse()).toEqual(forwards);
});

/** The area that two boxes share, as a share of the area that they cover together. */
function overlap([l, t, r, b]: Box, [left, top, right, bottom]: Box): number {
  const width = Math.min(r, right) - Math.max(l, left);
  const height = Math.min(b, bottom) - Math.max(t, top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((r - l) * (b - t) + (right - left) * (bottom - top) - shared);
}
