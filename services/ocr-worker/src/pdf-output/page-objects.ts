import { PDFArray, type PDFContext, PDFDict, PDFName, PDFNumber, PDFRef } from "@cantoo/pdf-lib";
import type { PdfPageObject } from "@orbital-witness/common/results/pdf-outline.ts";

type Box = PdfPageObject["box"];

const inherited = ["Resources", "MediaBox", "CropBox", "Rotate"].map((name) => PDFName.of(name));
const apart = ["Resources", "Rotate", "Contents"].map((name) => PDFName.of(name));
/** The size that PDFium assumes for a page without one. */
const letter: Box = [0, 0, 612, 792];
const deepest = 64;

/**
 * Returns the pages of a document in order. Throws an Error if the page tree has a loop, is too deep, or
 * contains a page that is not an indirect object.
 */
export function pageObjects(context: PDFContext): PdfPageObject[] {
  const catalog = context.lookup(context.trailerInfo.Root, PDFDict);
  const pages: PdfPageObject[] = [];
  const seen = new Set<PDFRef>();
  const visit = (ref: unknown, above: PDFDict[], depth: number): void => {
    if (!(ref instanceof PDFRef) || seen.has(ref) || depth > deepest)
      throw new Error("the page tree has a loop, is too deep or has a direct page");
    seen.add(ref);
    const node = context.lookup(ref);
    if (!(node instanceof PDFDict)) return;
    const kids = node.lookup(PDFName.of("Kids"));
    if (kids instanceof PDFArray) for (const kid of kids.asArray()) visit(kid, [node, ...above], depth + 1);
    else pages.push(pageObject(ref, node, above));
  };
  visit(catalog.get(PDFName.of("Pages")), [], 0);
  return pages;
}

function pageObject(ref: PDFRef, page: PDFDict, above: PDFDict[]): PdfPageObject {
  const { context } = page;
  const whole = PDFDict.fromMapWithContext(new Map(page.entries()), context);
  for (const name of inherited) {
    const value = [page, ...above].map((node) => node.get(name)).find((each) => each !== undefined);
    if (value) whole.set(name, value);
  }
  const resources = dictionary(whole, "Resources");
  const fonts = resources && dictionary(resources, "Font");
  const contents = whole.lookup(PDFName.of("Contents"));
  const single = whole.get(PDFName.of("Contents"));
  return {
    number: ref.objectNumber,
    box: shownBox(whole),
    rotate: rotationOf(whole),
    entries: sourceOf(whole, apart),
    contents: contents instanceof PDFArray ? contents.asArray().join(" ") : single ? String(single) : "",
    resources: resources ? sourceOf(resources, [PDFName.of("Font")]) : "",
    fonts: fonts ? sourceOf(fonts, []) : "",
  };
}

function dictionary(of: PDFDict, name: string): PDFDict | undefined {
  const value = of.lookup(PDFName.of(name));
  return value instanceof PDFDict ? value : undefined;
}

function sourceOf(entries: PDFDict, without: readonly PDFName[]): string {
  const kept = entries.entries().filter(([name]) => !without.includes(name));
  return kept.map(([name, value]) => `${latin1(name)} ${latin1(value)}`).join("\n");
}

function latin1(object: {
  sizeInBytes(): number;
  copyBytesInto(buffer: Uint8Array, offset: number): number;
}) {
  const bytes = Buffer.alloc(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes.toString("latin1");
}

/** The part of the crop box inside the media box, or the media box if that part is empty. */
function shownBox(page: PDFDict): Box {
  const media = boxOf(page, "MediaBox") ?? letter;
  const crop = boxOf(page, "CropBox");
  if (!crop) return media;
  const [left, bottom] = [Math.max(media[0], crop[0]), Math.max(media[1], crop[1])];
  const [right, top] = [Math.min(media[2], crop[2]), Math.min(media[3], crop[3])];
  return left < right && bottom < top ? [left, bottom, right, top] : media;
}

/** Undefined if the box is missing or empty. */
function boxOf(page: PDFDict, name: string): Box | undefined {
  const array = page.lookup(PDFName.of(name));
  if (!(array instanceof PDFArray) || array.size() < 4) return undefined;
  const numbers = [0, 1, 2, 3].map((index) => {
    const number = array.lookup(index);
    return number instanceof PDFNumber ? number.asNumber() : 0;
  });
  const [a = 0, b = 0, c = 0, d = 0] = numbers;
  const box: Box = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  return box[0] < box[2] && box[1] < box[3] ? box : undefined;
}

function rotationOf(page: PDFDict): PdfPageObject["rotate"] {
  const value = page.lookup(PDFName.of("Rotate"));
  const quarters = value instanceof PDFNumber ? Math.round(value.asNumber() / 90) : 0;
  const turns = [0, 90, 180, 270] as const;
  return turns[((quarters % 4) + 4) % 4] ?? 0;
}
