import type { GreyImage } from "../../../recognition/grey-image.ts";
import { upright } from "./direction.ts";
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
 * Places the words upright, one after the other in lines, and starts a new line for each font. Cells extend
 * into the gaps between the words.
 */
export function sheetOf(samples: readonly { font: number; word: CharacterWord }[], ink: TextInk) {
  const margin = 40;
  const placed: { cell: Cell; left: number; top: number }[] = [];
  let [x, y, rowHeight, font] = [margin, margin, 0, samples[0]?.font];
  let firstHeight = 0;
  for (const { font: own, word } of samples) {
    const [left, top, right, bottom] = uprightPixels(word, "box", ink.page);
    const [, placeTop, , placeBottom] = uprightPixels(word, "place", ink.page);
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
    placed.push({ cell, left: x, top: y + top - lineTop });
    x += width + gap;
    rowHeight = Math.max(rowHeight, height);
  }
  const width = Math.max(sheetWidth, ...placed.map(({ cell }) => Math.ceil(cell.box[2]) + margin));
  const height = y + rowHeight + margin;
  const data = Buffer.alloc(width * height, white);
  for (const { cell, left, top } of placed) {
    copyInk(ink, cell.word, { data, width }, left, top);
  }
  return { image: { data, width, height, dpi: ink.page.dpi }, cells: placed.map(({ cell }) => cell) };
}

function uprightPixels(word: CharacterWord, kind: "box" | "place", page: GreyImage) {
  return upright(wholePixels(aroundAll(word.map((one) => one[kind])), page), word[0]?.direction ?? 0);
}

function copyInk(
  { page, textless }: TextInk,
  word: CharacterWord,
  sheet: { data: Buffer; width: number },
  left: number,
  top: number,
): void {
  const direction = word[0]?.direction ?? 0;
  const from = wholePixels(aroundAll(word.map(({ box }) => box)), page);
  const [originX, originY] = upright(from, direction);
  for (let y = from[1]; y < from[3]; y++) {
    for (let x = from[0]; x < from[2]; x++) {
      const at = y * page.width + x;
      const change = Math.abs((page.data[at] ?? 0) - (textless.data[at] ?? 0));
      const [column, row] = upright([x, y, x + 1, y + 1], direction);
      sheet.data[(top + row - originY) * sheet.width + left + column - originX] = Math.max(
        0,
        white - 1.5 * change,
      );
    }
  }
}
