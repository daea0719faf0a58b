import { blockOf } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../../../recognition/grey-image.ts";
import { whiten } from "../../../recognition/turned-strip.ts";
import type { PageContent, ReadPicture, TextObjectsToRemove } from "../../document.ts";
import { type FlatPage, inFields, tickBoxes } from "../page-annotations.ts";
import type { PageDrawing, Rectangle } from "../page-drawing.ts";
import type { PageObjects, TextObject } from "../page-objects.ts";
import type { Pdfium } from "../pdfium.ts";
import type { Pointer } from "../pdfium-calls.ts";
import { type Character, charactersOf, type Token } from "./characters.ts";
import { wronglyMappedFonts } from "./font-check.ts";
import { mergedBlocks } from "./order/merge-lines.ts";
import { charactersIn, coveredRuns, meaninglessObjects, trustedLines, visibleLines } from "./page-text.ts";
import { cutTurnedLines, readRegions, readStrips } from "./read-regions.ts";
import { repeatedObjects } from "./repeated-text.ts";
import { type LetterRegion, unreadLetters } from "./unread-letters.ts";
import { aroundAll, type VisibleText, visibleText, wholePixels } from "./visible-text.ts";

/** Less text than this, beside many more letters that it does not contain, is a stamp on a scan. */
const stamp = { mostCharacters: 200, lettersPerCharacter: 3 };
const white = 255;

/** A page that is loaded and drawn. `page` shows all of it, `textless` everything except its text. */
export type DrawnPage = {
  flat: FlatPage;
  objects: PageObjects;
  drawing: PageDrawing;
  page: GreyImage;
  textless: GreyImage;
  tokens: Token[];
  visible: VisibleText;
};

export function drawPage(
  pdfium: Pdfium,
  flat: FlatPage,
  objects: PageObjects,
  drawing: PageDrawing,
  dpi: number,
): DrawnPage {
  const tokens = charactersOf(pdfium, flat.page, drawing);
  const page = drawing.grey(dpi);
  const painted = [...objects.texts.values()].filter(({ isPainted }) => isPainted);
  const textless =
    tokens.length === 0
      ? page
      : drawing.grey(
          dpi,
          painted.map(({ object }) => object),
        );
  const visible = visibleText(drawing, page, textless, charactersIn(tokens), objects.texts);
  return { flat, objects, drawing, page, textless, tokens, visible };
}

/**
 * Returns the page's own text, if it can be trusted, with the text recognised in pictures beside it. `text`
 * is undefined for a page that has to be recognised as a whole.
 */
export async function readPage(pdfium: Pdfium, drawn: DrawnPage, read: ReadPicture): Promise<PageContent> {
  const { page: image, objects, drawing, flat } = drawn;
  const lines = visibleLines(drawn.tokens, drawn.visible);
  const seen = lines.flat(2);
  const words = lines.flat();
  if (seen.length === 0) return { image, remove: removable(drawn, new Set()) };
  const fontOf = (object: Pointer) => pdfium.module._FPDFTextObj_GetFont(object);
  const unsound = new Set([...meaninglessObjects(words), ...coveredRuns(drawn.tokens, drawn.visible).keys()]);
  const sound = words.filter((word) => word.every(({ object }) => !unsound.has(object)));
  const byFont = Map.groupBy(sound, ([first]) => fontOf(first?.object ?? 0));
  const wrong = await wronglyMappedFonts(byFont, drawn, read);
  const trusted = new Map<Pointer, TextObject>();
  for (const { object } of seen) {
    const text = objects.texts.get(object);
    if (text && !unsound.has(object) && !wrong.has(fontOf(object))) trusted.set(object, text);
  }
  const untrusted = seen.filter(({ object }) => !trusted.has(object));
  const rest = withoutTrusted(pdfium, drawn, new Set(seen.map(({ object }) => object)), trusted);
  onWhite(rest, drawn.textless, untrusted);
  whitenTickBoxes(rest, drawn);
  const strips = cutTurnedLines(rest, lines, (word) => !word.every(({ object }) => trusted.has(object)));
  const regions = await unreadLetters(rest);
  const characters = seen.filter(({ object }) => trusted.has(object)).length;
  if (isStamp(characters, regions)) return { image, remove: removable(drawn, new Set()) };
  const { own, added } = trustedLines(lines, trusted, image, inFields(flat.fields, drawing));
  const pictures = await readRegions(rest, regions, read);
  const turned = await readStrips(strips, read);
  const text = mergedBlocks(own, [...added.map((line) => blockOf([line])), ...pictures, ...turned]);
  return { image, text, remove: removable(drawn, trusted) };
}

function isStamp(characters: number, regions: readonly LetterRegion[]): boolean {
  const letters = regions.reduce((sum, region) => sum + region.letters, 0);
  if (characters === 0) return true;
  return characters < stamp.mostCharacters && letters > characters * stamp.lettersPerCharacter;
}

/** The page without its trusted text and without its repetitions. */
function withoutTrusted(
  pdfium: Pdfium,
  { objects, tokens, visible, drawing, page, textless }: DrawnPage,
  seen: ReadonlySet<Pointer>,
  trusted: ReadonlyMap<Pointer, TextObject>,
): GreyImage {
  const characters = charactersIn(tokens).filter((one) => visible.isVisible(one));
  const isRead = (object: Pointer) => seen.has(object);
  const repeated = repeatedObjects(pdfium, objects.texts, characters, isRead, trusted);
  const known = new Set([...trusted.keys(), ...repeated]);
  const isAll = [...objects.texts.values()].every(({ object, isPainted }) => !isPainted || known.has(object));
  return isAll ? textless : drawing.grey(page.dpi ?? 0, known);
}

/**
 * Draws text dark on white paper, whatever its colours. Bars and backgrounds around it must not look like
 * letters.
 */
function onWhite(picture: GreyImage, textless: GreyImage, characters: readonly Character[]): void {
  for (const own of Map.groupBy(characters, ({ object }) => object).values()) {
    const [left, top, right, bottom] = aroundAll(own.map(({ place }) => place));
    const margin = (bottom - top) / 2;
    const box: Rectangle = [left - margin, top - margin, right + margin, bottom + margin];
    const [fromX, fromY, toX, toY] = wholePixels(box, picture);
    for (let y = fromY; y < toY; y++) {
      for (let at = y * picture.width + fromX; at < y * picture.width + toX; at++) {
        const change = Math.abs((picture.data[at] ?? 0) - (textless.data[at] ?? 0));
        picture.data[at] = white - change;
      }
    }
  }
}

/** The frames and ticks of check boxes and radio buttons look like letters. */
function whitenTickBoxes(picture: GreyImage, { flat, drawing }: DrawnPage): void {
  for (const field of tickBoxes(flat.fields, drawing)) {
    const box = wholePixels(field, picture);
    // A field may be outside the page.
    if (box[0] < box[2] && box[1] < box[3]) whiten(picture, box);
  }
}

/** The parts of the page's own text that a searchable copy must not keep. */
function removable(
  { tokens, visible, objects }: DrawnPage,
  trusted: ReadonlySet<Pointer> | ReadonlyMap<Pointer, TextObject>,
): TextObjectsToRemove {
  const remove: TextObjectsToRemove = { hidden: [], wrong: [], covered: [] };
  const covered = coveredRuns(tokens, visible);
  for (const [object, characters] of Map.groupBy(charactersIn(tokens), (one: Character) => one.object)) {
    const text = objects.texts.get(object);
    if (!text?.isOwn) continue;
    if (!characters.some((one) => visible.isVisible(one))) {
      remove.hidden.push(text.number);
      continue;
    }
    if (!trusted.has(object)) remove.wrong.push(text.number);
    const runs = covered.get(object);
    if (runs) remove.covered.push({ number: text.number, runs });
  }
  return remove;
}
