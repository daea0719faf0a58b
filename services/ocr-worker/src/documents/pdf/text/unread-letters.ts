import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../../../recognition/grey-image.ts";
import { invert } from "../../../recognition/light/light.ts";
import { type Component, componentsOf, inkMap } from "../../../recognition/preparation/ink-map.ts";
import { scale } from "../../../recognition/preparation/picture.ts";

/**
 * A part of a picture that may contain text. `letters` is the number of pieces of ink with the size of
 * letters.
 */
export type LetterRegion = { box: Box; letters: number };

/** The longer side of the reduced picture, in pixels. It is large enough to tell small letters from grain. */
const lookSide = 1600;
/** The heights of letters in the reduced picture, in pixels. */
const letterHeights = { least: 4, most: 80 };
/** The largest ratio of width to height of a letter, or of a few that touch. */
const longest = 8;
const cell = 8;
/** Letters within this distance, in cells, belong to one text. */
const reach = 3;
/** A rectangle with smaller sides than this, in the reduced picture, may be an I, a dash or a stop. */
const leastRectangle = 10;
/** The share of each side of a rectangle that is ink. */
const filledSide = 0.9;
/** Fewer letters are a mark, a bullet or a bit of a drawing. */
const leastLetters = 3;
/** A picture with fewer levels between its darkest and lightest pixel shows nothing. */
const leastContrast = 40;

/** Returns the regions where ink looks like letters, dark on light or light on dark. */
export async function unreadLetters(picture: GreyImage): Promise<LetterRegion[]> {
  if (!hasContrast(picture.data)) return [];
  const factor = Math.min(1, lookSide / Math.max(picture.width, picture.height));
  const look = await scale(picture, factor);
  const letters = [...lettersIn(look), ...lettersIn(invert(look))];
  const margin = cell / factor;
  const onPicture = ([left, top, right, bottom]: Box): Box => [
    Math.max(0, Math.floor(left / factor - margin)),
    Math.max(0, Math.floor(top / factor - margin)),
    Math.min(picture.width, Math.ceil(right / factor + margin)),
    Math.min(picture.height, Math.ceil(bottom / factor + margin)),
  ];
  return merged(regionsOf(letters, look))
    .filter(({ letters }) => letters >= leastLetters)
    .map(({ box, letters }) => ({ box: onPicture(box), letters }));
}

function hasContrast(data: Buffer): boolean {
  let [darkest, lightest] = [255, 0];
  // This is an indexed loop because a page has millions of pixels.
  for (let at = 0; at < data.length; at++) {
    const level = data[at] ?? 0;
    if (level < darkest) darkest = level;
    if (level > lightest) lightest = level;
  }
  return lightest - darkest >= leastContrast;
}

function lettersIn(look: GreyImage): Box[] {
  return componentsOf(inkMap(look)).flatMap((component): Box[] => {
    const { left, top, right, bottom } = component;
    const [width, height] = [right - left, bottom - top];
    const isLetter =
      height >= letterHeights.least &&
      height <= letterHeights.most &&
      width <= height * longest &&
      height <= width * longest &&
      !isRectangle(component, look.width);
    return isLetter ? [[left, top, right, bottom]] : [];
  });
}

/** Whether ink fills the four sides of a component: it is a bar, a check box or the inside of one. */
function isRectangle({ left, top, right, bottom, pixels }: Component, stride: number): boolean {
  const [width, height] = [right - left, bottom - top];
  if (Math.min(width, height) < leastRectangle) return false;
  const sides = { left: 0, top: 0, right: 0, bottom: 0 };
  for (const at of pixels) {
    const row = Math.floor(at / stride);
    const column = at - row * stride;
    if (column === left) sides.left++;
    if (column === right - 1) sides.right++;
    if (row === top) sides.top++;
    if (row === bottom - 1) sides.bottom++;
  }
  return (
    Math.min(sides.left, sides.right) >= height * filledSide &&
    Math.min(sides.top, sides.bottom) >= width * filledSide
  );
}

/** Groups letters that are close to each other, on a grid of cells. */
function regionsOf(letters: readonly Box[], { width, height }: GreyImage): LetterRegion[] {
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const grid = new Uint8Array(columns * rows);
  for (const [left, top, right, bottom] of letters) {
    const [last, lowest] = [Math.floor((right - 1) / cell) + reach, Math.floor((bottom - 1) / cell) + reach];
    for (let row = Math.max(0, Math.floor(top / cell) - reach); row <= Math.min(rows - 1, lowest); row++) {
      const first = Math.max(0, Math.floor(left / cell) - reach);
      grid.fill(1, row * columns + first, row * columns + Math.min(columns - 1, last) + 1);
    }
  }
  const parts = componentsOf({ data: grid, width: columns, height: rows });
  const partOfCell = new Int32Array(grid.length).fill(-1);
  for (const [index, { pixels }] of parts.entries()) for (const at of pixels) partOfCell[at] = index;
  const regions = new Map<number, LetterRegion>();
  for (const letter of letters) {
    const at = Math.floor(letter[1] / cell) * columns + Math.floor(letter[0] / cell);
    const part = partOfCell[at] ?? -1;
    const region = regions.get(part);
    regions.set(part, region ? joined(region, { box: letter, letters: 1 }) : { box: letter, letters: 1 });
  }
  return [...regions.values()];
}

/** Merges regions whose boxes overlap. */
function merged(regions: readonly LetterRegion[]): LetterRegion[] {
  const apart: LetterRegion[] = [];
  for (const region of regions) {
    let grown = region;
    for (let index = apart.length - 1; index >= 0; index--) {
      const other = apart[index];
      if (!other || !overlap(grown.box, other.box)) continue;
      grown = joined(grown, other);
      apart.splice(index, 1);
      index = apart.length;
    }
    apart.push(grown);
  }
  return apart;
}

function joined(a: LetterRegion, b: LetterRegion): LetterRegion {
  return {
    box: [
      Math.min(a.box[0], b.box[0]),
      Math.min(a.box[1], b.box[1]),
      Math.max(a.box[2], b.box[2]),
      Math.max(a.box[3], b.box[3]),
    ],
    letters: a.letters + b.letters,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
