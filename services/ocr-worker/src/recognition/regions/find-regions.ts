import { type Block, type Box, type Word, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { Regions } from "@orbital-witness/common/results/regions.ts";
import type { Frame } from "../frames/frame.ts";
import { middleOf } from "../frames/reads-cell-by-cell.ts";
import type { InkMap } from "../preparation/ink-map.ts";
import { gridOf } from "./cell-grid.ts";
import { markIn } from "./mark.ts";
import { squaresIn } from "./squares.ts";

/**
 * Where to look for regions. `ink`: of the page with its rules. `scale`: how many pixels of the page one
 * pixel of `ink` takes. `letterHeight` is in pixels of the page. `frames`: its forms and tables.
 */
export type Ground = { ink: InkMap; scale: number; letterHeight: number; frames: readonly Frame[] };

/** Finds the ruled frames and the check boxes of a page whose words are known. */
export function findRegions({ ink, scale, letterHeight, frames }: Ground, blocks: Block[]): Regions {
  const words = wordsOf({ blocks });
  const boxes = squaresIn(ink, letterHeight / scale).map((square) => markIn(ink, square));
  return {
    frames: frames.map((frame) => gridOf(frame, letterHeight)),
    check_boxes: boxes
      .map((found) => ({ ...found, box: found.box.map((edge) => Math.round(edge * scale)) as Box }))
      .filter(({ box }) => !words.some((word) => isText(box, word)))
      .sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0]),
  };
}

/** Whether a square is a letter of a word, such as an O, or has a whole word in it. */
function isText(square: Box, { text, box }: Word): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]/gu, "");
  if (letters.length >= 2 && isIn(square, middleOf(box))) return true;
  const [x, y] = middleOf(square);
  if (!isIn(box, [x, y])) return false;
  const [left, , right] = box;
  const sign = text[Math.floor((text.length * (x - left)) / (right - left))] ?? "";
  // A check box with a cross is read as a letter too.
  return letters.length >= 2 && /[\p{L}\p{N}]/u.test(sign) && !/[Xx]/.test(sign);
}

function isIn([left, top, right, bottom]: Box, [x, y]: [number, number]): boolean {
  return x >= left && x < right && y >= top && y < bottom;
}
