import { contains } from "@orbital-witness/common/results/box.ts";
import {
  around,
  type Block,
  type Box,
  blockOf,
  lineOf,
  type Word,
  withWords,
  wordsOf,
} from "@orbital-witness/common/results/page-result.ts";
import type { Engine } from "../engine.ts";
import type { GreyImage } from "../grey-image.ts";
import { componentsOf, inkMap } from "../preparation/ink-map.ts";
import { crop, WHITE } from "../preparation/picture.ts";
import { digitRows, isDigits } from "./digit-boxes.ts";
import type { Frame } from "./frame.ts";

/** A lower confidence of a digit that stands alone is doubtful. */
const SURE = 80;
/** Fewer filled boxes may be something else than a number. */
const LEAST_DIGITS = 3;
/** In pixels. What is left of the rules of a box is this close to its edge. */
const EDGE = 3;
/** In heights of the box. A lower piece of ink is dust. */
const SMALLEST = 0.2;
/** In heights of the digits: the space between them on a strip, and the white around them. */
const SPACE = 0.12;
const AROUND = 0.4;

/**
 * Reads rows of boxes again in which a digit is doubtful or missing. The digits are put side by side for it,
 * because the engine reads a single letter worse than a line.
 */
export async function readDigits(
  engine: Engine,
  image: GreyImage,
  blocks: Block[],
  forms: readonly Frame[],
): Promise<Block[]> {
  let best = blocks;
  for (const { cells } of forms) {
    for (const row of digitRows(cells)) {
      best = await readRow(
        engine,
        image,
        best,
        row.map((index) => cells[index] as Box),
      );
    }
  }
  return best;
}

async function readRow(engine: Engine, image: GreyImage, blocks: Block[], boxes: Box[]): Promise<Block[]> {
  const words = boxes.map((box) => wordsOf({ blocks }).filter((word) => contains(box, word.box)));
  if (!words.every(isDigits)) return blocks;
  const glyphs = boxes.map((box) => glyphIn(image, box));
  if (glyphs.every((glyph, index) => glyph === undefined || isSure(words[index] ?? []))) return blocks;
  const found = glyphs.filter((glyph) => glyph !== undefined);
  if (found.length < LEAST_DIGITS) return blocks;
  const read = wordsOf({ blocks: await engine.recognize(stripOf(image, found), "single_block") });
  const digits = read.flatMap(({ text, confidence = 0 }) =>
    [...text].map((digit) => ({ digit, confidence })),
  );
  if (digits.length !== found.length || digits.some(({ confidence }) => confidence < SURE)) return blocks;
  const line = found.map((box, index): Word => {
    const { digit: text = "", confidence = 0 } = digits[index] ?? {};
    return { text, box, source: "ocr", confidence, reader: "tesseract" };
  });
  return [...without(blocks, words.flat()), blockOf([lineOf(line)])];
}

function isSure([word, ...others]: readonly Word[]): boolean {
  return word?.text.length === 1 && others.length === 0 && (word.confidence ?? 0) >= SURE;
}

/** The box around the ink inside a cell. Undefined if it is empty. */
function glyphIn(image: GreyImage, [left, top, right, bottom]: Box): Box | undefined {
  const inner: Box = [left + EDGE, top + EDGE, Math.min(image.width, right - EDGE), bottom - EDGE];
  const least = SMALLEST * (bottom - top);
  const ink = componentsOf(inkMap(crop(image, inner))).filter((piece) => piece.bottom - piece.top >= least);
  if (ink.length === 0) return undefined;
  const [x, y] = inner;
  return around(ink.map((piece) => [piece.left + x, piece.top + y, piece.right + x, piece.bottom + y]));
}

/** The glyphs side by side at their height, on white. */
function stripOf(image: GreyImage, glyphs: readonly Box[]): GreyImage {
  const [, top, , bottom] = around(glyphs);
  const [space, margin] = [SPACE, AROUND].map((share) => Math.round(share * (bottom - top)) + 2) as [
    number,
    number,
  ];
  const width = glyphs.reduce((sum, [left, , right]) => sum + right - left + space, 2 * margin - space);
  const height = bottom - top + 2 * margin;
  const data = Buffer.alloc(width * height, WHITE);
  let at = margin;
  for (const [left, , right] of glyphs) {
    for (let y = top; y < bottom; y++) {
      const row = y * image.width;
      image.data.copy(data, (y - top + margin) * width + at, row + left, row + right);
    }
    at += right - left + space;
  }
  return { data, width, height, dpi: image.dpi };
}

function without(blocks: readonly Block[], unwanted: readonly Word[]): Block[] {
  return withWords(blocks, (words) => words.filter((word) => !unwanted.includes(word)));
}
