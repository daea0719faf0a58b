import {
  beginText,
  concatTransformationMatrix,
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
import type { Box, Word } from "@orbital-witness/common/results/page-result.ts";
import type { Matrix } from "./matrix.ts";
import { characterWidth, type InvisibleFont } from "./pdf-font.ts";

/** The name of the font in a page's resources. */
export const invisibleFontName = "OrbitalWitnessInvisible";

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Draws lines of words as invisible text. `toPage`: from pixels, whose y counts down from the top, to the
 * page's user space; `height` of the picture in pixels.
 */
export function textOverlay(
  lines: readonly (readonly Word[])[],
  font: InvisibleFont,
  height: number,
  [a, b, c, d, e, f]: Matrix,
): PDFOperator[] {
  // The same for coordinates in which y counts up from the bottom, as in PDF.
  const upwards = [a, b, -c, -d, e + c * height, f + d * height].map((number) => round(number, 6));
  const [ua = 1, ub = 0, uc = 0, ud = 1, ue = 0, uf = 0] = upwards;
  return [
    ...[pushGraphicsState(), concatTransformationMatrix(ua, ub, uc, ud, ue, uf)],
    ...[beginText(), setTextRenderingMode(TextRenderingMode.Invisible)],
    ...lines.flatMap((words) => (words.length === 0 ? [] : lineOperators(words, font, height))),
    ...[endText(), popGraphicsState()],
  ];
}

/**
 * In pixels. All words of a line have the same height and baseline, because readers would otherwise split the
 * line. Each word is as wide as its box and followed by a space.
 */
function lineOperators(words: readonly Word[], font: InvisibleFont, pageHeight: number): PDFOperator[] {
  const bottom = median(words, ([, , , edge]) => edge);
  const size = Math.max(1, bottom - median(words, ([, edge]) => edge));
  const inWords = words.flatMap(({ text, box: [left, , right] }) => {
    const characters = [...text.toWellFormed()];
    const drawn = rightToLeft.test(text) ? characters.reverse() : characters;
    const squeeze = (100 * Math.max(1, right - left)) / (characters.length * characterWidth * size);
    return [
      setCharacterSqueeze(round(squeeze, 2)),
      setTextMatrix(1, 0, 0, 1, left, pageHeight - bottom),
      showText(font.encode([...drawn, " "])),
    ];
  });
  return [setFontAndSize(invisibleFontName, size), ...inWords];
}

function median(words: readonly Word[], edge: (box: Box) => number): number {
  const edges = words.map(({ box }) => edge(box)).toSorted((a, b) => a - b);
  return edges[Math.floor(edges.length / 2)] ?? 0;
}

function round(number: number, digits: number): number {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}
