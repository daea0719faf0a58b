import { type Box, contains, heightOf, middleY } from "@orbital-witness/common/results/box.ts";
import type { CheckBox, CheckBoxState } from "@orbital-witness/common/results/regions.ts";
import type { Found } from "../words/phrases.ts";
import type { Piece } from "../words/pieces.ts";
import type { Field } from "./field.ts";
import type { FormPage } from "./form-page.ts";
import { cellsBeside } from "./places.ts";

/** In heights of the check box. How far it may be from its label. */
const FARTHEST = 1.5;

type Check = {
  checked: boolean | null;
  state: CheckBoxState | null;
  box: Box | null;
  confidence: number | null;
};

const unknown: Check = { checked: null, state: null, box: null, confidence: null };

/** A mark that was read as a word. */
const marks: readonly [RegExp, CheckBoxState][] = [
  [/^[\W_]*[xX×✗✘☒][\W_]*$/u, "crossed"],
  [/^[\W_]*[vV√✓✔☑][\W_]*$/u, "ticked"],
];

export function checkField(label: string, found: Found | undefined, check: Check = unknown): Field {
  return { label, label_box: found?.box ?? null, ...check };
}

/** The check box beside a label. */
export function boxBeside({ checkBoxes }: FormPage, { firstLine }: Found, side: "left" | "right"): Check {
  const distances = (checkBoxes ?? []).flatMap((each) => {
    const [left, , right] = each.box;
    const height = heightOf(each.box);
    const gap = side === "left" ? firstLine[0] - right : left - firstLine[2];
    const drop = Math.abs(middleY(each.box) - middleY(firstLine));
    // A box may be read as a part of its label's first word.
    const isNear = gap > -1.3 * height && gap < FARTHEST * height && drop < height;
    return isNear ? [{ each, distance: Math.max(0, gap) + drop }] : [];
  });
  const [nearest] = distances.sort((a, b) => a.distance - b.distance);
  return nearest ? checkOf(nearest.each) : unknown;
}

function checkOf({ box, state, confidence }: CheckBox): Check {
  return { checked: state !== "empty", state, box, confidence };
}

/** The mark in the label's cell, or in the cell after it, up to the label after that. */
export function markInCell(page: FormPage, label: Found): Check {
  const area = areaOf(page, label);
  const box = page.checkBoxes?.find((each) => contains(area, each.box));
  if (box) return checkOf(box);
  const piece = page.pieces.find((each) => contains(area, each.box) && stateOf(each) !== undefined);
  const state = piece && stateOf(piece);
  if (piece && state) return { checked: true, state, box: piece.box, confidence: piece.confidence ?? null };
  return { checked: false, state: "empty", box: area, confidence: null };
}

function areaOf({ frames, printed }: FormPage, label: Found): Box {
  const height = heightOf(label.firstLine);
  const [left, top, right, bottom] = label.cell?.box ?? label.box;
  const next = cellsBeside(frames, label.cell, label.firstLine).filter(
    (cell) => !printed.some((other) => other.cell === cell),
  );
  const end = Math.max(right, ...next.map(({ box }) => box[2]));
  const limit = Math.min(
    label.cell ? end : right + 8 * height,
    ...printed
      .map(({ firstLine }) => firstLine)
      .filter((box) => box[0] > label.box[2] && box[1] < bottom && box[3] > top)
      .map((box) => box[0]),
  );
  return [left, top, Math.round(limit), bottom];
}

function stateOf({ text }: Piece): CheckBoxState | undefined {
  return marks.find(([pattern]) => pattern.test(text))?.[1];
}
