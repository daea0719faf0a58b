import type { PageObjects } from "../page-objects.ts";
import type { Pdfium } from "../pdfium.ts";
import type { Pointer } from "../pdfium-calls.ts";
import { characterLimit } from "./characters.ts";
import { type Direction, directionOf } from "./direction.ts";

/** The share of a page's visible characters that decides in which direction the page is read. */
const majority = 0.5;

/**
 * Returns the clockwise rotation that makes most of the page's text upright. Text that is not painted does
 * not count.
 */
export function turnOf(pdfium: Pdfium, page: Pointer, { texts }: PageObjects): Direction {
  const { module } = pdfium;
  const turned = module._FPDFPage_GetRotation(page);
  const text = [...texts.values()].some(({ isPainted }) => isPainted) ? module._FPDFText_LoadPage(page) : 0;
  if (text === 0) return 0;
  const counts = new Map<Direction, number>();
  const count = module._FPDFText_CountChars(text);
  let painted = 0;
  for (let index = 0; index < Math.min(count, characterLimit); index++) {
    if (!texts.get(module._FPDFText_GetTextObject(text, index))?.isPainted) continue;
    const direction = directionOf(module._FPDFText_GetCharAngle(text, index), turned);
    counts.set(direction, (counts.get(direction) ?? 0) + 1);
    painted++;
  }
  module._FPDFText_ClosePage(text);
  const [direction = 0] = [...counts].find(([, characters]) => characters > painted * majority) ?? [];
  return direction === 0 ? 0 : opposite[direction];
}

const opposite = { 90: 270, 180: 180, 270: 90 } as const;

/** Turns a loaded page clockwise. The document itself stays as it is. */
export function turnPage({ module }: Pdfium, page: Pointer, degrees: number): void {
  if (degrees === 0) return;
  const turns = module._FPDFPage_GetRotation(page) + degrees / 90;
  module._FPDFPage_SetRotation(page, ((turns % 4) + 4) % 4);
}
