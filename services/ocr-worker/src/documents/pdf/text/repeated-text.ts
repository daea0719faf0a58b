import type { Rectangle } from "../page-drawing.ts";
import type { TextObject } from "../page-objects.ts";
import type { Pdfium } from "../pdfium.ts";
import type { Pointer } from "../pdfium-calls.ts";
import type { Character } from "./characters.ts";

/** In heights of the text. The same text within this distance is a repetition. */
export const repeatedWithin = 0.2;

/**
 * Painted text objects that only repeat trusted ones, as bold print and shadows do. `characters`: the visible
 * characters of the page. `isRead`: whether the page's text has characters of this object.
 */
export function repeatedObjects(
  pdfium: Pdfium,
  objects: ReadonlyMap<Pointer, TextObject>,
  characters: readonly Character[],
  isRead: (object: Pointer) => boolean,
  trusted: ReadonlyMap<Pointer, TextObject>,
): Pointer[] {
  const byObject = Map.groupBy(characters, ({ object }) => object);
  const others = [...objects.values()].filter(({ object, isPainted }) => isPainted && !isRead(object));
  if (others.length === 0) return [];
  const isRepeated = repetitionOf(characters.filter(({ object }) => trusted.has(object)));
  const places = [...trusted.keys()].map((object) => placeOf(pdfium, object));
  const repeatsPlace = (object: Pointer) => {
    const { font, box } = placeOf(pdfium, object);
    return places.some((place) => place.font === font && isNear(place.box, box, box[3] - box[1]));
  };
  return others
    .map(({ object }) => object)
    .filter((object) => byObject.get(object)?.every(isRepeated) ?? repeatsPlace(object));
}

/** Whether one of these characters is the same, at nearly the same place. */
function repetitionOf(characters: readonly Character[]): (character: Character) => boolean {
  const byText = Map.groupBy(characters, ({ text }) => text);
  return ({ text, box, place }) =>
    byText.get(text)?.some((other) => isNear(other.box, box, place[3] - place[1])) ?? false;
}

/** PDFium reports no characters for most repeated objects. Their fonts and places identify them. */
function placeOf(pdfium: Pdfium, object: Pointer): { font: Pointer; box: Rectangle } {
  const { module } = pdfium;
  const edges = pdfium.floats(4, (at) => module._FPDFPageObj_GetBounds(object, at, at + 4, at + 8, at + 12));
  const [left = Number.NaN, bottom = 0, right = 0, top = 0] = edges ?? [];
  return { font: module._FPDFTextObj_GetFont(object), box: [left, bottom, right, top] };
}

export function isNear(one: Rectangle, other: Rectangle, height: number): boolean {
  return one.every((edge, index) => Math.abs(edge - (other[index] ?? 0)) <= height * repeatedWithin);
}
