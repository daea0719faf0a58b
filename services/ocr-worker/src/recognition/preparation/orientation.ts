import type { InkMap } from "./ink-map.ts";

const MOST_DEGREES = 15;
const COARSE_STEP = 0.5;
const FINEST_STEP = 0.03;

/**
 * A page is compared in parts. Along the lines of text, a part is at most this many times as long as it is
 * high.
 */
const LONGEST_PART = 1.5;

/**
 * The side of the page on which the letters stand: `bottom` for an upright page, `left` for one that was
 * turned clockwise by 90 degrees.
 */
export type Side = "bottom" | "left" | "top" | "right";

/**
 * The direction of the lines of text. `degrees` (-15 to 15): the clockwise skew, in addition to quarter
 * turns. `sharpness`: how clearly strokes end in lines at that angle; 1 if they do not.
 */
export type Orientation = { side: Side; degrees: number; sharpness: number };

/**
 * The points at which strokes end towards one side. `along` is measured along the line of text from the
 * page's middle, `across` from 0.
 */
type Ends = { along: Int16Array; across: Int16Array; length: number; span: number; depth: number };

/** Letters stand on a common line and differ in height, so strokes end most sharply at the bottom. */
export function orientationOf(ink: InkMap): Orientation {
  const found = [axisOrientation(ink, "bottom", "top"), axisOrientation(ink, "left", "right")];
  return found.reduce((best, other) => (other.sharpness > best.sharpness ? other : best));
}

/**
 * On a long strip, such as a receipt, columns are much longer than lines and would end more sharply.
 * Therefore both directions are compared on parts of the page. The angle is measured on the whole page.
 */
function axisOrientation(ink: InkMap, side: Side, opposite: Side): Orientation {
  const parts = partsOf(ink, side);
  const ends = parts.map((part) => endsOf(part, side));
  if (ends.every(({ length }) => length === 0)) return { side, degrees: 0, sharpness: 1 };
  const { degrees, score, mean } = sharpest(ends);
  const otherWay = gatheringOf(
    parts.map((part) => endsOf(part, opposite)),
    degrees,
  );
  return {
    side: otherWay > score ? opposite : side,
    degrees: parts.length === 1 ? degrees : sharpest([endsOf(ink, side)]).degrees,
    sharpness: Math.max(score, otherWay) / mean,
  };
}

function partsOf(ink: InkMap, side: Side): InkMap[] {
  const isUpright = side === "bottom" || side === "top";
  const { width, height } = ink;
  const [span, depth] = isUpright ? [width, height] : [height, width];
  const length = Math.ceil(span / Math.ceil(span / (depth * LONGEST_PART)));
  if (length >= span) return [ink];
  return Array.from({ length: Math.ceil(span / length) }, (_, index) => {
    const [from, to] = [index * length, Math.min(span, (index + 1) * length)];
    if (!isUpright) return { data: ink.data.subarray(from * width, to * width), width, height: to - from };
    const part = { data: new Uint8Array((to - from) * height), width: to - from, height };
    for (let y = 0; y < height; y++) {
      part.data.set(ink.data.subarray(y * width + from, y * width + to), y * part.width);
    }
    return part;
  });
}

function sharpest(ends: readonly Ends[]): { degrees: number; score: number; mean: number } {
  // A straight page is preferred: another angle must have a better score.
  let best = { degrees: 0, score: gatheringOf(ends, 0) };
  const consider = (degrees: number) => {
    const score = gatheringOf(ends, degrees);
    if (score > best.score) best = { degrees, score };
    return score;
  };
  const steps = (2 * MOST_DEGREES) / COARSE_STEP;
  let sum = 0;
  for (let step = 0; step <= steps; step++) sum += consider(step * COARSE_STEP - MOST_DEGREES);
  for (let step = COARSE_STEP / 2; step > FINEST_STEP / 2; step /= 2) {
    const { degrees } = best;
    consider(degrees - step);
    consider(degrees + step);
  }
  return { ...best, mean: sum / (steps + 1) };
}

function endsOf({ data, width, height }: InkMap, side: Side): Ends {
  const isUpright = side === "bottom" || side === "top";
  const neighbour = { bottom: width, top: -width, left: -1, right: 1 }[side];
  const along = new Int16Array(data.length);
  const across = new Int16Array(data.length);
  let length = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (data[at] !== 1 || data[at + neighbour] !== 0) continue;
      along[length] = isUpright ? x - width / 2 : height / 2 - y;
      across[length] = isUpright ? y : x;
      length += 1;
    }
  }
  const [span, depth] = isUpright ? [width, height] : [height, width];
  return { along, across, length, span, depth };
}

function gatheringOf(ends: readonly Ends[], degrees: number): number {
  return ends.reduce((sum, part) => sum + gathering(part, degrees), 0);
}

/** Rotates the ends back by `degrees`, counts them in each row, and returns the sum of the squared counts. */
function gathering({ along, across, length, span, depth }: Ends, degrees: number): number {
  const slope = Math.tan((degrees * Math.PI) / 180);
  const margin = Math.ceil((Math.abs(slope) * span) / 2) + 1;
  const rows = new Uint32Array(depth + 2 * margin);
  for (let index = 0; index < length; index++) {
    const row = Math.round((across[index] ?? 0) - slope * (along[index] ?? 0)) + margin;
    rows[row] = (rows[row] ?? 0) + 1;
  }
  return rows.reduce((sum, count) => sum + count * count, 0);
}
