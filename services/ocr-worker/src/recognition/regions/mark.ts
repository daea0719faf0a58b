import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBox, CheckBoxState } from "@orbital-witness/common/results/regions.ts";
import { componentsOf, type InkMap } from "../preparation/ink-map.ts";

/** A row or column of pixels with at least this share of ink belongs to the side of a box. */
const SIDE = 0.6;
/** In pixels. The blurred edge of a side. */
const FRINGE = 1;
/** In sides of the box. A smaller piece of ink is dust. */
const SMALLEST_MARK = 0.3;
/** The share of a box's inside that is ink if the whole box is filled. */
const FILLED = 0.6;

/** What is drawn in a check box. */
export function markIn(ink: InkMap, box: Box): CheckBox {
  const inside = insideOf(ink, box);
  const side = Math.max(1, Math.min(inside.width, inside.height));
  const marks = componentsOf(inside).map(({ left, top, right, bottom, pixels }) => ({
    ...{ box: [left, top, right, bottom] as Box, pixels },
    size: Math.max(right - left, bottom - top) / side,
  }));
  const largest = Math.max(0, ...marks.map(({ size }) => size));
  if (largest < SMALLEST_MARK) {
    return { box, state: "empty", confidence: rounded(100 - (50 * largest) / SMALLEST_MARK) };
  }
  const drawn = { ...inside, data: new Uint8Array(inside.data.length) };
  const parts = marks.filter(({ size }) => size >= SMALLEST_MARK / 2);
  for (const { pixels } of parts) for (const pixel of pixels) drawn.data[pixel] = 1;
  // A mark over half of the box is certain.
  const confidence = rounded(50 + 50 * Math.min(1, (largest - SMALLEST_MARK) / (0.5 - SMALLEST_MARK)));
  return { box, state: shapeOf(drawn), confidence };
}

/** The part of the map between the sides of a box. */
function insideOf({ data, width, height }: InkMap, [left, top, right, bottom]: Box): InkMap {
  const at = (x: number, y: number) =>
    x >= 0 && x < width && y >= 0 && y < height ? data[y * width + x] : 0;
  const isSide = (x: number | undefined, y: number | undefined) => {
    let covered = 0;
    const [start, end] = x === undefined ? [left, right] : [top, bottom];
    for (let each = start; each < end; each++) covered += at(x ?? each, y ?? each) ?? 0;
    return covered >= SIDE * (end - start);
  };
  const most = Math.floor((bottom - top) / 4);
  // A blurred side may begin outside the box, so that its first row has little ink.
  const thickness = (isSideAt: (step: number) => boolean) => {
    let last = -1;
    for (let step = 0; step < most; step++) if (isSideAt(step) && step - last <= 2) last = step;
    return last + 1 + FRINGE;
  };
  const inner: Box = [
    left + thickness((step) => isSide(left + step, undefined)),
    top + thickness((step) => isSide(undefined, top + step)),
    right - thickness((step) => isSide(right - 1 - step, undefined)),
    bottom - thickness((step) => isSide(undefined, bottom - 1 - step)),
  ];
  const size = { width: Math.max(1, inner[2] - inner[0]), height: Math.max(1, inner[3] - inner[1]) };
  const part = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) part[y * size.width + x] = at(inner[0] + x, inner[1] + y) ?? 0;
  }
  return { data: part, ...size };
}

/** A cross has ink in all its corners and in the middle, and a tick has none at the bottom right. */
function shapeOf({ data, width, height }: InkMap): Exclude<CheckBoxState, "empty"> {
  const [left, top, right, bottom] = extentOf({ data, width, height });
  const ink = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let total = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (data[y * width + x] !== 1) continue;
      const [column, row] = [third(x - left, right - left), third(y - top, bottom - top)];
      ink[row * 3 + column] = (ink[row * 3 + column] ?? 0) + 1;
      total += 1;
    }
  }
  if (total > FILLED * width * height) return "marked";
  const has = (part: number) => (ink[part] ?? 0) > total / 27;
  const [topLeft, topRight, bottomLeft, bottomRight] = [has(0), has(2), has(6), has(8)];
  if (topLeft && topRight && bottomLeft && bottomRight && has(4)) return "crossed";
  return topRight && !bottomRight && (bottomLeft || has(7)) ? "ticked" : "marked";
}

function third(position: number, length: number): number {
  return Math.min(2, Math.floor((3 * position) / length));
}

function extentOf({ data, width, height }: InkMap): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let index = 0; index < data.length; index++) {
    if (data[index] !== 1) continue;
    const y = Math.floor(index / width);
    const x = index - y * width;
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return [left, top, right, bottom];
}

function rounded(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}
