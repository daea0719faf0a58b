import { type Box, contains, middleX } from "@orbital-witness/common/results/box.ts";
import { type Block, type Word, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBox, Regions } from "@orbital-witness/common/results/regions.ts";
import { gridOf } from "./cell-grid.ts";
import type { Ground, Patch } from "./ground.ts";
import { markIn } from "./mark.ts";
import { squaresIn } from "./squares.ts";

/** In widths of an average letter of its word. Not even an O is wider. */
const WIDE_LETTER = 2;

/** Finds the ruled frames and the check boxes of a page whose words are known. */
export function findRegions({ patches, letterHeight, frames }: Ground, blocks: Block[]): Regions {
  const words = wordsOf({ blocks });
  const found: CheckBox[] = [];
  for (const patch of patches) {
    for (const square of squaresIn(patch.ink, letterHeight / patch.scale)) {
      const box = onPage(square, patch);
      if (found.some((other) => contains(other.box, box)) || words.some((word) => isText(box, word))) {
        continue;
      }
      found.push({ ...markIn(patch.ink, square), box });
    }
  }
  return {
    frames: frames.map((frame) => gridOf(frame, letterHeight)),
    check_boxes: found.sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0]),
  };
}

function onPage([left, top, right, bottom]: Box, patch: Patch): Box {
  const x = (edge: number) => patch.left + Math.round(edge * patch.scale);
  const y = (edge: number) => patch.top + Math.round(edge * patch.scale);
  return [x(left), y(top), x(right), y(bottom)];
}

/** Whether a square is a letter of a word, such as an O, or has a whole word in it. */
function isText(square: Box, { text, box }: Word): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]/gu, "");
  if (letters.length >= 2 && contains(square, box)) return true;
  if (!contains(box, square)) return false;
  const [left, , right] = box;
  // A check box may have been read as a part of the word beside it.
  if (square[2] - square[0] > (WIDE_LETTER * (right - left)) / text.length) return false;
  const sign = text[Math.floor((text.length * (middleX(square) - left)) / (right - left))] ?? "";
  // A check box with a cross is read as a letter too.
  return letters.length >= 2 && /[\p{L}\p{N}]/u.test(sign) && !/[Xx]/.test(sign);
}
