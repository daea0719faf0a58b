import { checkPixels, type DocumentLimits } from "../../limits.ts";
import { jpegSize } from "../image/jpeg.ts";
import { type Image, lastFilter, streamOf } from "./image-stream.ts";
import type { Pdfium } from "./pdfium.ts";
import { objectTypes, type Pointer, unpaintedModes } from "./pdfium-calls.ts";

/**
 * `number` counts the page's text objects from 0, depth first into forms. `isPainted`: its text rendering
 * mode paints. `isOwn`: it belongs to the page's content, not to an annotation that was flattened into it.
 */
export type TextObject = { object: Pointer; number: number; isPainted: boolean; isOwn: boolean };

/** `segments`: the number of lines and curves in the page's paths. */
export type PageObjects = { images: Image[]; texts: Map<Pointer, TextObject>; segments: number };

/** Objects nested deeper, or beyond this count, are ignored. */
export const objectLimit = { depth: 64, count: 200_000 };

/**
 * Lists the objects of a page. Checks the size of images before anything decodes them, and throws
 * OrderFailure for one that is too large. The first `ownCount` objects are the page's own.
 */
export function pageObjects(
  pdfium: Pdfium,
  page: Pointer,
  ownCount: number,
  inchesPerUnit: number,
  limits: DocumentLimits,
): PageObjects {
  const { module } = pdfium;
  const images: Image[] = [];
  const texts = new Map<Pointer, TextObject>();
  let segments = 0;
  let count = 0;
  const visit = (object: Pointer, scale: number, depth: number, isOwn: boolean): void => {
    if (++count > objectLimit.count || depth > objectLimit.depth) return;
    switch (module._FPDFPageObj_GetType(object)) {
      case objectTypes.image:
        images.push(imageOf(pdfium, object, scale * inchesPerUnit ** 2, limits));
        return;
      case objectTypes.text: {
        const isPainted = !unpaintedModes.has(module._FPDFTextObj_GetTextRenderMode(object));
        texts.set(object, { object, number: texts.size, isPainted, isOwn });
        return;
      }
      case objectTypes.path:
        segments += module._FPDFPath_CountSegments(object);
        return;
      case objectTypes.form: {
        const inside = scale * scaleOf(pdfium, object);
        for (let index = 0; index < module._FPDFFormObj_CountObjects(object); index++) {
          visit(module._FPDFFormObj_GetObject(object, index), inside, depth + 1, isOwn);
        }
      }
    }
  };
  for (let index = 0; index < module._FPDFPage_CountObjects(page); index++) {
    visit(module._FPDFPage_GetObject(page, index), 1, 0, index < ownCount);
  }
  return { images, texts, segments };
}

function imageOf(pdfium: Pdfium, object: Pointer, scale: number, limits: DocumentLimits): Image {
  const { module } = pdfium;
  const size = pdfium.ints(2, (at) => module._FPDFImageObj_GetImagePixelSize(object, at, at + 4));
  const [width = 0, height = 0] = size ?? [];
  checkPixels(width, height, limits);
  checkJpegSize(pdfium, object, limits);
  // PDF draws an image into a square of one unit, and its matrix scales that square.
  return { object, width, height, area: scale * scaleOf(pdfium, object) };
}

/** A JPEG is decoded at the size in its own header, which may differ from the size in the document. */
function checkJpegSize(pdfium: Pdfium, image: Pointer, limits: DocumentLimits): void {
  if (lastFilter(pdfium, image) !== "DCTDecode") return;
  const { width = 0, height = 0 } = jpegSize(streamOf(pdfium, image)) ?? {};
  if (width * height > 0) checkPixels(width, height, limits);
}

/** The factor by which an object's matrix scales its area. */
function scaleOf(pdfium: Pdfium, object: Pointer): number {
  const matrix = pdfium.floats(6, (at) => pdfium.module._FPDFPageObj_GetMatrix(object, at));
  const [a = 1, b = 0, c = 0, d = 1] = matrix ?? [];
  return Math.abs(a * d - b * c);
}
