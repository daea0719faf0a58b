import type { PageDrawing, Rectangle } from "../page-drawing.ts";
import type { Pdfium } from "../pdfium.ts";
import type { Pointer } from "../pdfium-calls.ts";
import { type Direction, directionOf } from "./direction.ts";

/**
 * A character of the page's text. `box` is around its ink. `place` also includes its advance and the height
 * of its line. `object`: the text object that shows the character. `position`: its number, from 0, among the
 * characters of that object, with its spaces.
 */
export type Character = {
  text: string;
  box: Rectangle;
  place: Rectangle;
  object: Pointer;
  position: number;
  direction: Direction;
};

/** A character, or the end of a word or a line as PDFium reports it. */
export type Token = Character | "space" | "line_end";

/** More characters than any readable page has. */
export const characterLimit = 100_000;
/** The replacement character, for characters without a known meaning. */
const lost = "\uFFFD";

const space = /^[\s\p{Zs}\0]$/u;
/** Characters without a width. */
const invisible = /^[\u200B-\u200F\u2060\uFEFF]$/u;
const softHyphen = "\u00AD";

/** Returns the page's characters in the order of its text. Empty if there is no text, or too much. */
export function charactersOf(pdfium: Pdfium, page: Pointer, drawing: PageDrawing): Token[] {
  const { module } = pdfium;
  const text = module._FPDFText_LoadPage(page);
  if (text === 0) return [];
  try {
    const count = module._FPDFText_CountChars(text);
    if (count > characterLimit) return [];
    const turn = module._FPDFPage_GetRotation(page);
    const tokens: Token[] = [];
    const positions = new Map<Pointer, number>();
    for (let index = 0; index < count; index++) {
      const object = module._FPDFText_GetTextObject(text, index);
      const position = positions.get(object) ?? 0;
      positions.set(object, position + 1);
      const token = tokenOf(pdfium, text, { index, object, position }, drawing, turn);
      if (token !== undefined) tokens.push(token);
    }
    return tokens;
  } finally {
    module._FPDFText_ClosePage(text);
  }
}

function tokenOf(
  pdfium: Pdfium,
  textPage: Pointer,
  { index, object, position }: { index: number; object: Pointer; position: number },
  drawing: PageDrawing,
  turn: number,
): Token | undefined {
  const { module } = pdfium;
  const text = spelling(pdfium, textPage, index);
  if (text === "\r") return undefined;
  if (text === "\n") return "line_end";
  if (space.test(text)) return "space";
  if (invisible.test(text)) return undefined;
  const edges = pdfium.doubles(4, (at) =>
    module._FPDFText_GetCharBox(textPage, index, at, at + 8, at + 16, at + 24),
  );
  if (!edges || object === 0) return undefined;
  const [left = 0, right = 0, bottom = 0, top = 0] = edges;
  const box = drawing.onImage(left, top, right, bottom);
  const loose = pdfium.floats(4, (at) => module._FPDFText_GetLooseCharBox(textPage, index, at));
  const [looseLeft = left, looseTop = top, looseRight = right, looseBottom = bottom] = loose ?? [];
  const place = drawing.onImage(looseLeft, looseTop, looseRight, looseBottom);
  const direction = directionOf(module._FPDFText_GetCharAngle(textPage, index), turn);
  return { text, box, place, object, position, direction };
}

function spelling({ module }: Pdfium, textPage: Pointer, index: number): string {
  const code = module._FPDFText_GetUnicode(textPage, index);
  if (code > 0x10ffff || module._FPDFText_HasUnicodeMapError(textPage, index) === 1) return lost;
  const text = String.fromCodePoint(code);
  return module._FPDFText_IsHyphen(textPage, index) === 1 || text === softHyphen ? "-" : text;
}
