import {
  beginText,
  endText,
  type PDFOperator,
  popGraphicsState,
  pushGraphicsState,
  setCharacterSqueeze,
  setFontAndSize,
  setTextMatrix,
  setTextRenderingMode,
  showText,
  TextRenderingMode,
} from "@cantoo/pdf-lib";
import { median } from "@orbital-witness/common/results/median.ts";
import type { Box, Word } from "@orbital-witness/common/results/page-result.ts";
import { compose, type Matrix, pointOn, turn } from "./matrix.ts";
import { characterWidth, type InvisibleFont } from "./pdf-font.ts";

/** The name of the font in a page's resources. */
export const invisibleFontName = "OrbitalWitnessInvisible";

/** In font sizes: a little less than Poppler's limit for the baselines of a line. */
const sameLine = 0.45;

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Draws lines of words as invisible text. `toPage`: from pixels, whose y counts down from the top, to the
 * page's user space.
 */
export function textOverlay(
  lines: readonly (readonly Word[])[],
  font: InvisibleFont,
  toPage: Matrix,
): PDFOperator[] {
  return [
    ...[pushGraphicsState(), beginText(), setTextRenderingMode(TextRenderingMode.Invisible)],
    ...lines.flatMap((words) => (words.length === 0 ? [] : lineOperators(words, font, toPage))),
    ...[endText(), popGraphicsState()],
  ];
}

/**
 * All words of a line have the same height, and on a straight page the same baseline, because readers would
 * otherwise split the line. Each word is as wide as its box and followed by a space. On a skewed page each
 * word is upright on its own baseline, because Poppler ends a word where the baseline of its letters has
 * moved by half a point.
 */
function lineOperators(words: readonly Word[], font: InvisibleFont, toPage: Matrix): PDFOperator[] {
  const direction = words[0]?.direction ?? 0;
  const level = turn(-direction);
  const boxes = words.map(({ box }) => boxOn(level, box));
  const bottom = median(boxes.map(([, , , edge]) => edge));
  const height = Math.max(1, bottom - median(boxes.map(([, edge]) => edge)));
  const levelToPage = compose(turn(direction), toPage);
  const [a, b] = levelToPage;
  const scale = Math.hypot(a, b);
  const size = round(height * scale, 3);
  const [across, up] = nearestQuarter(a, b);
  const middles = boxes.map(([left, , right]) => (left + right) / 2);
  const [first, last] = [Math.min(...middles), Math.max(...middles)];
  const slope = (across * b - up * a) / scale;
  const flatter = flattening((last - first) * Math.abs(slope), height);
  const inWords = words.flatMap(({ text }, index) => {
    const [left = 0, , right = 0] = boxes[index] ?? [];
    const middle = (left + right) / 2;
    const rise = slope * (middle - (first + last) / 2) * flatter;
    const characters = [...text.toWellFormed()];
    const drawn = rightToLeft.test(text) ? characters.reverse() : characters;
    const width = Math.max(1, right - left) * scale;
    const squeeze = (100 * width) / (characters.length * characterWidth * size);
    const [x, y] = pointOn(levelToPage, middle, bottom + rise);
    const start = [x - (across * width) / 2, y - (up * width) / 2].map((number) => round(number, 3));
    const [startX = 0, startY = 0] = start;
    return [
      setCharacterSqueeze(round(squeeze, 2)),
      setTextMatrix(across, up, -up, across, startX, startY),
      showText(font.encode([...drawn, " "])),
    ];
  });
  return [setFontAndSize(invisibleFontName, size), ...inWords];
}

/**
 * The share of a line's slope to leave out. Poppler's default order takes words whose baselines differ by
 * more than half the font size for words of other lines. Up to twice that, the line is made flatter, which
 * moves its ends by less than a quarter of its height. Steeper lines keep to their ink.
 */
function flattening(drop: number, height: number): number {
  const most = sameLine * height;
  return drop <= most || drop > 2 * most ? 0 : 1 - most / drop;
}

/** The cosine and sine of the angle of (a, b), rounded to quarter turns. */
function nearestQuarter(a: number, b: number): [cosine: number, sine: number] {
  return Math.abs(a) >= Math.abs(b) ? [Math.sign(a), 0] : [0, Math.sign(b)];
}

function boxOn(matrix: Matrix, [left, top, right, bottom]: Box): Box {
  const [x1, y1] = pointOn(matrix, left, top);
  const [x2, y2] = pointOn(matrix, right, bottom);
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

function round(number: number, digits: number): number {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}
