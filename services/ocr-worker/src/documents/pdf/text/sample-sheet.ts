import type { GreyImage } from "../../../recognition/grey-image.ts";
import { aroundAll, wholePixels } from "./visible-text.ts";
import type { CharacterWord } from "./words.ts";

const white = 255;
const sheetWidth = 1800;
/** A word that is taller than the first word of the line by more than this factor starts a new line. */
const sameSize = 1.2;

/** The difference between the two drawings is the text. It becomes dark on white, whatever its colours. */
export type TextInk = { page: GreyImage; textless: GreyImage };

type Cell = { font: number; word: CharacterWord; box: [number, number, number, number] };

/**
 * Places the words one after the other in lines, and starts a new line for each font. Cells extend into the
 * gaps between the words.
 */
export function sheetOf(
  samples: readonly { font: number; word: CharacterWord }[],
  { page, textless }: TextInk,
) {
  const margin = 40;
  const placed: { cell: Cell; from: readonly number[]; left: number; top: number }[] = [];
  let [x, y, rowHeight, font] = [margin, margin, 0, samples[0]?.font];
  let firstHeight = 0;
  for (const { font: own, word } of samples) {
    const [left, top, right, bottom] = wholePixels(aroundAll(word.map(({ box }) => box)), page);
    const [, placeTop, , placeBottom] = wholePixels(aroundAll(word.map(({ place }) => place)), page);
    const [width, height] = [right - left, Math.max(bottom, placeBottom) - Math.min(top, placeTop)];
    const gap = Math.round(Math.max(12, height * 0.5));
    const isFull = x + width + margin > sheetWidth || height > firstHeight * sameSize;
    if (rowHeight > 0 && (own !== font || isFull)) {
      [x, y, rowHeight, font] = [margin, y + rowHeight + gap, 0, own];
    }
    if (rowHeight === 0) firstHeight = height;
    const lineTop = Math.min(top, placeTop);
    const cell: Cell = {
      font: own,
      word,
      box: [x - gap / 2, y - gap / 2, x + width + gap / 2, y + height + gap / 2],
    };
    placed.push({ cell, from: [left, top, right, bottom], left: x, top: y + top - lineTop });
    x += width + gap;
    rowHeight = Math.max(rowHeight, height);
  }
  const width = Math.max(sheetWidth, ...placed.map(({ cell }) => Math.ceil(cell.box[2]) + margin));
  const height = y + rowHeight + margin;
  const data = Buffer.alloc(width * height, white);
  for (const { from, left, top } of placed) {
    const [fromLeft = 0, fromTop = 0, fromRight = 0, fromBottom = 0] = from;
    for (let row = fromTop; row < fromBottom; row++) {
      for (let column = fromLeft; column < fromRight; column++) {
        const at = row * page.width + column;
        const change = Math.abs((page.data[at] ?? 0) - (textless.data[at] ?? 0));
        data[(top + row - fromTop) * width + left + column - fromLeft] = Math.max(0, white - 1.5 * change);
      }
    }
  }
  return { image: { data, width, height, dpi: page.dpi }, cells: placed.map(({ cell }) => cell) };
}
