import { heightOf } from "@orbital-witness/common/results/box.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBox, RuledFrame } from "@orbital-witness/common/results/regions.ts";
import { isGrid } from "../tables/ruled-table.ts";
import { type Piece, piecesOf, rowOverlap } from "../words/pieces.ts";
import { boxOfPieces, rowsOf, splitRow, textOfPieces } from "../words/rows.ts";
import type { Field } from "./field.ts";
import { valueFrom } from "./value-from.ts";

/** Longer texts are sentences. */
const LONGEST_LABEL = 8;
const MOST_WORDS = 40;
/** In heights. Words that are farther apart are of two parts of a row. */
const PART_GAP = 3;
/** The end of a label. A time or an address of the web is none. */
const COLON = /[\p{L})]:$/u;
/** The share of a block's width that may be empty at the end of a line that goes on. */
const FULL = 0.15;

/** Labels and values of any page: before a colon, at the top of a box, and beside a check box. */
export function readUnknownForm(page: Pick<PageResult, "blocks" | "regions">): Field[] {
  const { frames = [], check_boxes = [] } = page.regions ?? {};
  const tables = new Set(frames.filter(isGrid).flatMap(({ cells }) => cells));
  const pieces = piecesOf(page).filter(({ cell }) => !(cell && tables.has(cell)));
  const cells = frames.filter((frame) => !isGrid(frame)).flatMap((frame: RuledFrame) => frame.cells);
  const boxed = cells.flatMap((cell) => inBox(pieces.filter((piece) => piece.cell === cell)) ?? []);
  const used = new Set(boxed.flatMap((found) => found.pieces));
  const free = pieces.filter((piece) => !used.has(piece));
  const fields = [
    ...boxed.map(({ field }) => field),
    ...[...Map.groupBy(free, ({ cell }) => cell).values()].flatMap(afterLabels),
    ...check_boxes.map((box) => besideCheckBox(box, pieces)),
  ];
  return fields.sort((a, b) => (a.label_box?.[1] ?? 0) - (b.label_box?.[1] ?? 0));
}

/** A box whose first line is a label: the value is below it. */
function inBox(pieces: readonly Piece[]): { field: Field; pieces: readonly Piece[] } | undefined {
  const [first = [], ...others] = rowsOf(pieces);
  if (others.length === 0 || pieces.length > MOST_WORDS || !isLabel(first) || hasColon(first))
    return undefined;
  if (others.some(hasColon)) return undefined;
  return { field: fieldOf(first, others.flat()), pieces };
}

/** Labels with a colon. The value goes on in the next lines of its block if it fills its own. */
function afterLabels(pieces: readonly Piece[]): Field[] {
  const parts = rowsOf(pieces).flatMap((row) => splitRow(row, PART_GAP));
  return parts.flatMap((part, index) => {
    const { block } = part[0] ?? {};
    const rest: Piece[] = [];
    let last = part;
    for (const next of parts.slice(index + 1)) {
      if (!block || next[0]?.block !== block) continue;
      if (hasColon(next) || !isFull(last, block)) break;
      rest.push(...next);
      last = next;
    }
    return beforeColon(part, rest);
  });
}

function isFull(part: readonly Piece[], { box: [left, , right] }: Piece["block"]): boolean {
  return boxOfPieces(part)[2] >= right - FULL * (right - left);
}

/** `Surname: Simonis`. `rest` belongs to the last label. */
function beforeColon(part: readonly Piece[], rest: readonly Piece[]): Field[] {
  const at = part.findIndex(({ text }) => COLON.test(text));
  if (at < 0) return [];
  const label = part.slice(0, at + 1);
  const next = beforeColonFrom(part, at + 1);
  const value = [...part.slice(at + 1, next), ...(next === part.length ? rest : [])];
  if (!isLabel(label) || (value.length === 0 && label[0]?.cell === undefined))
    return beforeColon(part.slice(at + 1), rest);
  return [fieldOf(label, value), ...beforeColon(part.slice(next), rest)];
}

/** Where the next label with a colon begins: after the widest gap before it. */
function beforeColonFrom(part: readonly Piece[], from: number): number {
  const colon = part.findIndex(({ text }, index) => index >= from && COLON.test(text));
  if (colon < 0) return part.length;
  let [widest, start] = [0, colon];
  for (let index = from + 1; index <= colon; index++) {
    const gap = (part[index]?.box[0] ?? 0) - (part[index - 1]?.box[2] ?? 0);
    if (gap > widest) [widest, start] = [gap, index];
  }
  return start;
}

function hasColon(row: readonly Piece[]): boolean {
  return row.some(({ text }) => COLON.test(text));
}

function isLabel(pieces: readonly Piece[]): boolean {
  const text = textOfPieces(pieces);
  return (
    pieces.length <= LONGEST_LABEL && /\p{L}{2}/u.test(text) && !/^\p{Ll}/u.test(text) && !/[;,]/.test(text)
  );
}

/** Numbers before a label are no part of it, as in `4 (1.5.2006) PROPRIETOR`. */
function fieldOf(found: readonly Piece[], value: readonly Piece[]): Field {
  const label = found.slice(found.findIndex(({ text }) => /\p{L}/u.test(text)));
  return {
    label: textOfPieces(label).replace(/\s*:$/, ""),
    label_box: boxOfPieces(label),
    ...valueFrom(value, "text"),
  };
}

/** The words to the right of a check box, or else to its left, are its label. */
function besideCheckBox({ box, state, confidence }: CheckBox, pieces: readonly Piece[]): Field {
  const row = pieces.filter((piece) => rowOverlap(piece.box, box) > 0.5);
  const gap = 2 * heightOf(box);
  const right = row.filter((piece) => piece.box[0] >= box[2] - 2).sort((a, b) => a.box[0] - b.box[0]);
  const left = row.filter((piece) => piece.box[2] <= box[0] + 2).sort((a, b) => a.box[0] - b.box[0]);
  const after = splitRow(right, 1.5)[0] ?? [];
  const before = splitRow(left, 1.5).at(-1) ?? [];
  const isAfter = (after[0]?.box[0] ?? Number.POSITIVE_INFINITY) - box[2] < gap;
  const isBefore = box[0] - (before.at(-1)?.box[2] ?? Number.NEGATIVE_INFINITY) < gap;
  const label = isAfter ? after : isBefore ? before : [];
  return {
    label: textOfPieces(label),
    label_box: label.length > 0 ? boxOfPieces(label) : null,
    ...{ checked: state !== "empty", state, box, confidence },
  };
}
