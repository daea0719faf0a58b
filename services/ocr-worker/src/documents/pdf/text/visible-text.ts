import type { GreyImage } from "../../../recognition/grey-image.ts";
import type { Size } from "../image-stream.ts";
import type { PageDrawing, Rectangle } from "../page-drawing.ts";
import type { TextObject } from "../page-objects.ts";
import type { Pointer } from "../pdfium-calls.ts";
import type { Character } from "./characters.ts";

/** A smaller difference, in levels of grey or colour, is invisible. */
const visibleDifference = 16;
/** A visible character changes at least this share of its box. */
const changedShare = 0.025;
/** If a larger share of a text object's characters overlap another object, it is drawn alone. */
const overlappingShare = 0.3;
/** The most text objects that are drawn alone. Each costs two drawings of its part of the page. */
const mostAlone = 200;

/** Tells which characters of a page are visible. */
export type VisibleText = { isVisible(character: Character): boolean };

/**
 * Compares the page with and without its text. Text that changes no pixel is hidden: it has the colour of the
 * paper, is clipped, lies under something, or belongs to a layer that is off. Where text overlaps text, or
 * where the greys do not differ, each text object is drawn alone and in colour.
 */
export function visibleText(
  drawing: PageDrawing,
  page: GreyImage,
  textless: GreyImage,
  characters: readonly Character[],
  objects: ReadonlyMap<Pointer, TextObject>,
): VisibleText {
  const painted = characters.filter(({ object }) => objects.get(object)?.isPainted);
  const visible = new Set<Character>();
  const isChanged = greyChange(page, textless);
  for (const character of painted) if (isChanged(character.box)) visible.add(character);
  const crowded = overlapping(painted, page);
  let alone = 0;
  for (const [object, own] of byObject(painted)) {
    const isCrowded = share(own, (character) => crowded.has(character)) > overlappingShare;
    const isInDoubt = isCrowded || own.some((character) => !visible.has(character));
    if (!isInDoubt || ++alone > mostAlone) continue;
    const isSeen = changeBy(drawing, object, own, [...objects.keys()]);
    for (const character of own) {
      if (isSeen(character.box)) visible.add(character);
      else if (isCrowded) visible.delete(character);
    }
  }
  return { isVisible: (character) => visible.has(character) };
}

function greyChange(page: GreyImage, textless: GreyImage): (box: Rectangle) => boolean {
  return changeIn(page, (at) => Math.abs((page.data[at] ?? 0) - (textless.data[at] ?? 0)));
}

/** Whether a text object changes a box of the page without its text, in any colour. */
function changeBy(
  drawing: PageDrawing,
  object: Pointer,
  characters: Character[],
  texts: readonly Pointer[],
): (box: Rectangle) => boolean {
  const part = wholePixels(aroundAll(characters.map(({ box }) => box)), drawing.size);
  const [left, top, right, bottom] = part;
  if (right <= left || bottom <= top) return () => false;
  const others = texts.filter((text) => text !== object);
  const withIt = drawing.colours(part, others);
  const without = drawing.colours(part, texts);
  const difference = (at: number) =>
    Math.max(
      Math.abs((withIt[4 * at] ?? 0) - (without[4 * at] ?? 0)),
      Math.abs((withIt[4 * at + 1] ?? 0) - (without[4 * at + 1] ?? 0)),
      Math.abs((withIt[4 * at + 2] ?? 0) - (without[4 * at + 2] ?? 0)),
    );
  const isChanged = changeIn({ width: right - left, height: bottom - top }, difference);
  return ([l, t, r, b]) => isChanged([l - left, t - top, r - left, b - top]);
}

function changeIn(size: Size, difference: (at: number) => number): (box: Rectangle) => boolean {
  return (box) => {
    const [left, top, right, bottom] = wholePixels(box, size);
    const enough = Math.max(1, (right - left) * (bottom - top) * changedShare);
    let changed = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        if (difference(y * size.width + x) >= visibleDifference && ++changed >= enough) return true;
      }
    }
    return false;
  };
}

/** Characters whose middle lies in the box of another text object's character, and those other characters. */
function overlapping(characters: readonly Character[], { width }: Size): Set<Character> {
  const cell = 64;
  const columns = Math.ceil(width / cell) + 1;
  const cellOf = (x: number, y: number) => Math.floor(y / cell) * columns + Math.floor(x / cell);
  const cells = new Map<number, Character[]>();
  for (const character of characters) {
    const [left, top, right, bottom] = character.box;
    // A box that covers this many cells is a picture rather than a letter.
    if (right - left > 16 * cell || bottom - top > 16 * cell) continue;
    for (let y = top; y < bottom + cell; y += cell) {
      for (let x = left; x < right + cell; x += cell) {
        const at = cellOf(Math.min(x, right), Math.min(y, bottom));
        const there = cells.get(at);
        if (there) there.push(character);
        else cells.set(at, [character]);
      }
    }
  }
  const found = new Set<Character>();
  for (const character of characters) {
    const [left, top, right, bottom] = character.box;
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    for (const other of cells.get(cellOf(x, y)) ?? []) {
      if (other.object === character.object) continue;
      const [l, t, r, b] = other.box;
      if (x < l || x > r || y < t || y > b) continue;
      found.add(character);
      found.add(other);
    }
  }
  return found;
}

function byObject(characters: readonly Character[]): Map<Pointer, Character[]> {
  return Map.groupBy(characters, ({ object }) => object);
}

export function wholePixels([left, top, right, bottom]: Rectangle, { width, height }: Size): Rectangle {
  return [
    Math.max(0, Math.floor(left)),
    Math.max(0, Math.floor(top)),
    Math.min(width, Math.ceil(right)),
    Math.min(height, Math.ceil(bottom)),
  ];
}

export function aroundAll(boxes: readonly Rectangle[]): Rectangle {
  const all: Rectangle = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [left, top, right, bottom] of boxes) {
    all[0] = Math.min(all[0], left);
    all[1] = Math.min(all[1], top);
    all[2] = Math.max(all[2], right);
    all[3] = Math.max(all[3], bottom);
  }
  return all;
}

export function share<T>(all: readonly T[], isOne: (one: T) => boolean): number {
  return all.filter(isOne).length / Math.max(1, all.length);
}
