import type { TextObjectsToRemove } from "../../documents/document.ts";
import { objectLimit } from "../../documents/pdf/page-objects.ts";
import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import { objectTypes, type Pointer } from "../../documents/pdf/pdfium-calls.ts";
import { characterPlaces, type Place, startOf, thousandthsTo } from "./character-places.ts";
import type { Cut } from "./cut-characters.ts";
import type { TextFate } from "./remove-text.ts";

/**
 * What happens to a page's text objects, and to the images and forms that it draws, in order. `removed`: the
 * text objects to remove. `left`: the number of text objects that should be changed but are not, because they
 * are inside a form with other content.
 */
export type Fates = { texts: TextFate[]; drawsGo: boolean[]; removed: Pointer[]; left: number };

export function fatesOf(pdfium: Pdfium, page: Pointer, remove: TextObjectsToRemove): Fates {
  const { module } = pdfium;
  const [gone, untexted] = [new Set(remove.hidden), new Set(remove.wrong)];
  const covered = new Map(remove.covered.map(({ number, runs }) => [number, runs]));
  const mustChange = (number: number) => gone.has(number) || untexted.has(number) || covered.has(number);
  let number = 0;
  /** Whether a form contains only text that is removed. `inside` collects all its text objects. */
  const isGone = (form: Pointer, depth: number, inside: { object: Pointer; number: number }[]): boolean => {
    let all = true;
    for (let index = 0; index < module._FPDFFormObj_CountObjects(form); index++) {
      const object = module._FPDFFormObj_GetObject(form, index);
      const type = module._FPDFPageObj_GetType(object);
      if (type === objectTypes.text) {
        all = gone.has(number) && all;
        inside.push({ object, number: number++ });
      } else if (type === objectTypes.form && depth < objectLimit.depth) {
        all = isGone(object, depth + 1, inside) && all;
      } else all = false;
    }
    return all && module._FPDFFormObj_CountObjects(form) > 0;
  };
  const texts: (TextFate & { object: Pointer; runs: readonly Run[] })[] = [];
  const drawsGo: boolean[] = [];
  const removed: Pointer[] = [];
  let left = 0;
  for (let index = 0; index < module._FPDFPage_CountObjects(page); index++) {
    const object = module._FPDFPage_GetObject(page, index);
    const type = module._FPDFPageObj_GetType(object);
    if (type === objectTypes.text) {
      const fate = gone.has(number) ? "remove" : untexted.has(number) ? "untext" : "keep";
      if (fate === "remove") removed.push(object);
      texts.push({ object, fate, advance: 0, codes: 0, cuts: [], runs: covered.get(number) ?? [] });
      number++;
    } else if (type === objectTypes.form) {
      const inside: { object: Pointer; number: number }[] = [];
      const goes = isGone(object, 1, inside);
      drawsGo.push(goes);
      if (goes) removed.push(...inside.map((each) => each.object));
      else left += inside.filter((each) => mustChange(each.number)).length;
    } else if (type === objectTypes.image) drawsGo.push(false);
  }
  const places = covered.size === 0 ? new Map<Pointer, Place[][]>() : characterPlaces(pdfium, page);
  for (const [index, text] of texts.entries()) {
    const { object, runs } = text;
    const next = texts[index + 1]?.object;
    if (next !== undefined) text.advance = thousandthsTo(pdfium, object, startOf(pdfium, next));
    if (runs.length > 0) Object.assign(text, cutsOf(pdfium, text, runs, places.get(object) ?? []));
  }
  return { texts, drawsGo, removed, left };
}

type Run = readonly [first: number, last: number];

/** From numbers of characters to numbers of codes. `codes`: a code with several characters has one place. */
function cutsOf(
  pdfium: Pdfium,
  { object, advance }: TextFate & { object: Pointer },
  runs: readonly Run[],
  codes: readonly Place[][],
): { codes: number; cuts: Cut[] } {
  const along = codes.map(([place]) => (place ? thousandthsTo(pdfium, object, [place.x, place.y]) : 0));
  const cuts = runs.flatMap(([from, to]): Cut[] => {
    const isCut = (places: readonly Place[]) =>
      places.every(({ position }) => from <= position && position <= to);
    const [first, last] = [codes.findIndex(isCut), codes.findLastIndex(isCut)];
    if (first < 0) return [];
    return [{ first, last, advance: (along[last + 1] ?? advance) - (along[first] ?? 0) }];
  });
  return { codes: codes.length, cuts };
}
