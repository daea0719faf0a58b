import {
  areaOf,
  type Box,
  contains,
  heightOf,
  middleX,
  middleY,
} from "@orbital-witness/common/results/box.ts";
import type { Cell, RuledFrame } from "@orbital-witness/common/results/regions.ts";
import type { Found } from "../words/phrases.ts";
import { type Piece, rowOverlap } from "../words/pieces.ts";
import { rowsOf } from "../words/rows.ts";
import type { FormPage } from "./form-page.ts";

/** In heights of the label. How far a value may be above or below the middle of its label. */
const SAME_LINE = 1.1;
/** In heights. Outside of cells, a wider gap between lines ends a value. */
const FREE_GAP = 2.5;

/** `isNumber`: each digit may be in a cell of its own. */
type Ground = Pick<FormPage, "pieces" | "printed" | "frames"> & { isNumber?: boolean };

/** The words in the row of a label, up to the next printed words or the second rule. */
export function toTheRight({ pieces, printed, frames, isNumber }: Ground, label: Found): Piece[] {
  const { lastLine } = label;
  const height = heightOf(lastLine);
  const row = middleY(lastLine);
  const others = printed.filter((other) => other !== label);
  const limit = Math.min(
    ...others
      .map(({ firstLine }) => firstLine)
      .filter((box) => rowOverlap(box, lastLine) > 0.3 && box[0] >= lastLine[2])
      .map(([left]) => left),
    Number.POSITIVE_INFINITY,
  );
  const cells = isNumber ? rowFrom(frames, label.cell, lastLine) : cellsBeside(frames, label.cell, lastLine);
  return pieces.filter((piece) => {
    const { box, cell } = piece;
    const distance = Math.abs(middleY(box) - row);
    if (distance > SAME_LINE * height || middleX(box) < lastLine[2] || box[0] >= limit) return false;
    if (piece !== label.rest && box[0] < lastLine[2] - height) return false;
    if (label.cell && cell !== label.cell && !(cell && cells.includes(cell))) return false;
    // A word between two labels belongs to the closer one.
    return !others.some(
      (other) =>
        other.lastLine[2] <= box[0] + height &&
        other.lastLine[2] > label.lastLine[0] &&
        rowOverlap(other.lastLine, box) > 0 &&
        Math.abs(middleY(other.lastLine) - middleY(box)) < distance,
    );
  });
}

/**
 * The words below a label: to the end of its cell, or to the next printed words. If the label fills its cell,
 * those in the cell below.
 */
export function below(ground: Ground, label: Found): Piece[] {
  const found = underneath(ground, label);
  if (found.length > 0) return found;
  const [cell] = cellsUnder(ground.frames, label);
  return cell ? underneath(ground, { ...label, cell }) : [];
}

function underneath({ pieces, printed }: Ground, label: Found): Piece[] {
  const { box, lastLine, cell } = label;
  const height = heightOf(lastLine);
  const others = printed.filter((other) => other !== label);
  const beside = others.filter(({ box: other }) => rowOverlap(other, box) > 0.3);
  const left = beside.some((other) => other.box[2] <= box[0] && other.box[0] > (cell?.box[0] ?? 0))
    ? box[0] - height
    : (cell?.box[0] ?? box[0] - 2 * height);
  const right = Math.min(
    ...beside.filter((other) => other.box[0] >= box[2]).map((other) => other.box[0] - height),
    cell?.box[2] ?? Number.POSITIVE_INFINITY,
  );
  const under = others
    .map((other) => other.box)
    .filter((other) => other[1] >= box[3] - height / 3 && other[0] < right && other[2] > left);
  const bottom = Math.min(
    ...under.map((other) => other[1] + height / 3),
    cell?.box[3] ?? Number.POSITIVE_INFINITY,
  );
  const area: Box = [left, lastLine[3] - height / 3, right, bottom];
  const found = pieces.filter((piece) => contains(area, piece.box) && piece.box[0] >= left);
  return cell ? found : untilGap(found, lastLine);
}

/** The words to the right of a label and below it. */
export function following(ground: Ground, label: Found): Piece[] {
  return [...new Set([...toTheRight(ground, label), ...below(ground, label)])];
}

/** The words in the cell to the right of the label's. */
export function inNextCell(ground: Ground, label: Found): Piece[] {
  const cells = cellsBeside(ground.frames, label.cell, label.box);
  if (cells.length === 0) return toTheRight(ground, label);
  return ground.pieces.filter(({ box }) => cells.some((cell) => contains(cell.box, box)));
}

/** The cells whose left side is the right side of another one, in the rows of a box. */
export function cellsBeside(frames: readonly RuledFrame[], cell: Cell | undefined, rows: Box): Cell[] {
  const frame = cell && frames.find(({ cells }) => cells.includes(cell));
  if (!frame) return [];
  const column = cell.column + (cell.column_span ?? 1);
  return frame.cells.filter((other) => other.column === column && rowOverlap(other.box, rows) > 0.3);
}

/** The cells below a label that fills its cell. */
function cellsUnder(frames: readonly RuledFrame[], { cell, box, lastLine }: Found): Cell[] {
  if (!cell || cell.box[3] - lastLine[3] > heightOf(lastLine)) return [];
  const [x, y] = [middleX(box), cell.box[3] + heightOf(lastLine)];
  return frames
    .flatMap(({ cells }) => cells)
    .filter((other) => other !== cell && contains(other.box, [x, y, x, y]))
    .sort((a, b) => areaOf(a.box) - areaOf(b.box));
}

/** All cells to the right of another one in its row. */
function rowFrom(frames: readonly RuledFrame[], cell: Cell | undefined, rows: Box): Cell[] {
  const row: Cell[] = [];
  for (let next = cellsBeside(frames, cell, rows)[0]; next; next = cellsBeside(frames, next, rows)[0])
    row.push(next);
  return row;
}

function untilGap(pieces: readonly Piece[], from: Box): Piece[] {
  const kept: Piece[] = [];
  let bottom = from[3];
  for (const row of rowsOf(pieces)) {
    const top = Math.min(...row.map(({ box }) => box[1]));
    if (top - bottom > FREE_GAP * heightOf(from)) break;
    kept.push(...row);
    bottom = Math.max(...row.map(({ box }) => box[3]));
  }
  return kept;
}
