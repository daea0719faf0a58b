import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import type { Pointer } from "../../documents/pdf/pdfium-calls.ts";

/** Where a character starts, in the page's user space. `position`: its number in its text object. */
export type Place = { position: number; x: number; y: number };

/** Two characters that start within this distance, in points, come from one code, as those of a ligature. */
const samePlace = 0.001;

/** The places of the characters of each text object by code, in the order along the line. */
export function characterPlaces(pdfium: Pdfium, page: Pointer): Map<Pointer, Place[][]> {
  const { module } = pdfium;
  const text = module._FPDFText_LoadPage(page);
  if (text === 0) throw new Error("PDFium cannot read the page's text again");
  const found = new Map<Pointer, Place[]>();
  for (let index = 0; index < module._FPDFText_CountChars(text); index++) {
    const object = module._FPDFText_GetTextObject(text, index);
    if (object === 0) continue;
    const places = found.get(object) ?? [];
    const origin = pdfium.doubles(2, (at) => module._FPDFText_GetCharOrigin(text, index, at, at + 8));
    const [x = Number.NaN, y = Number.NaN] = origin ?? [];
    places.push({ position: places.length, x, y });
    found.set(object, places);
  }
  module._FPDFText_ClosePage(text);
  return new Map([...found].map(([object, places]) => [object, byCode(pdfium, object, places)]));
}

function byCode(pdfium: Pdfium, object: Pointer, places: readonly Place[]): Place[][] {
  const along = (place: Place) => thousandthsTo(pdfium, object, [place.x, place.y]);
  const codes: Place[][] = [];
  // PDFium reverses the characters of right-to-left text.
  for (const place of places.toSorted((one, other) => along(one) - along(other))) {
    const before = codes.at(-1)?.[0];
    const isSame = before && Math.hypot(before.x - place.x, before.y - place.y) < samePlace;
    if (isSame) codes.at(-1)?.push(place);
    else codes.push([place]);
  }
  return codes;
}

/**
 * The distance from a text object's start to a point of the page's user space, along its line, in thousandths
 * of its font size.
 */
export function thousandthsTo(pdfium: Pdfium, text: Pointer, [x, y]: readonly [number, number]): number {
  const { module } = pdfium;
  const matrix = pdfium.floats(6, (at) => module._FPDFPageObj_GetMatrix(text, at));
  const [size = 0] = pdfium.floats(1, (at) => module._FPDFTextObj_GetFontSize(text, at)) ?? [];
  if (!matrix || size === 0) return 0;
  const [a = 1, b = 0, , , e = 0, f = 0] = matrix;
  return (1000 * ((x - e) * a + (y - f) * b)) / ((a * a + b * b) * size);
}

/** Where a text object starts, in the page's user space. */
export function startOf(pdfium: Pdfium, text: Pointer): [x: number, y: number] {
  const matrix = pdfium.floats(6, (at) => pdfium.module._FPDFPageObj_GetMatrix(text, at));
  return [matrix?.[4] ?? 0, matrix?.[5] ?? 0];
}
