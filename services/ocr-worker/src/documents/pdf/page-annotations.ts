import type { PageDrawing, Rectangle } from "./page-drawing.ts";
import type { Pdfium } from "./pdfium.ts";
import {
  flattened,
  flattenForDisplay,
  type Pointer,
  tickedFields,
  valueFields,
  widgetAnnotation,
} from "./pdfium-calls.ts";

/** `edges`: left, top, right and bottom in points, in PDFium's coordinates. */
type Field = { readonly edges: readonly [number, number, number, number]; readonly isTicked: boolean };

/**
 * A page with its notes, stamps and form values flattened into its content. Those without an appearance get
 * one. `ownCount`: the number of the page's own objects, which come before those of annotations. `page` is 0
 * for a page that cannot be loaded.
 */
export type FlatPage = { page: Pointer; ownCount: number; fields: readonly Field[] };

export function loadFlat(pdfium: Pdfium, document: Pointer, forms: Pointer, index: number): FlatPage {
  const { module } = pdfium;
  const page = module._FPDF_LoadPage(document, index);
  const ownCount = page === 0 ? 0 : module._FPDFPage_CountObjects(page);
  if (page === 0 || module._FPDFPage_GetAnnotCount(page) === 0) return { page, ownCount, fields: [] };
  if (forms !== 0) module._FORM_OnAfterLoadPage(page, forms);
  const fields = forms === 0 ? [] : valueFieldsOf(pdfium, page, forms);
  const result = module._FPDFPage_Flatten(page, flattenForDisplay);
  if (forms !== 0) module._FORM_OnBeforeClosePage(page, forms);
  if (result !== flattened) return { page, ownCount, fields };
  module._FPDF_ClosePage(page);
  return { page: module._FPDF_LoadPage(document, index), ownCount, fields };
}

/** Returns a function that tells whether a point of the drawn page lies in one of the fields. */
export function inFields(fields: readonly Field[], drawing: PageDrawing): (x: number, y: number) => boolean {
  const drawn = fields.map(({ edges }) => drawing.onImage(...edges));
  return (x, y) => drawn.some(([l, t, r, b]: Rectangle) => x >= l && x <= r && y >= t && y <= b);
}

/** Returns the check boxes and radio buttons of the drawn page, in pixels. */
export function tickBoxes(fields: readonly Field[], drawing: PageDrawing): Rectangle[] {
  return fields.filter(({ isTicked }) => isTicked).map(({ edges }) => drawing.onImage(...edges));
}

function valueFieldsOf(pdfium: Pdfium, page: Pointer, forms: Pointer): Field[] {
  const { module } = pdfium;
  const fields: Field[] = [];
  for (let index = 0; index < module._FPDFPage_GetAnnotCount(page); index++) {
    const annotation = module._FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    const isWidget = module._FPDFAnnot_GetSubtype(annotation) === widgetAnnotation;
    const type = isWidget ? module._FPDFAnnot_GetFormFieldType(forms, annotation) : -1;
    // Left, top, right and bottom.
    const edges =
      valueFields.has(type) && pdfium.floats(4, (at) => module._FPDFAnnot_GetRect(annotation, at));
    module._FPDFPage_CloseAnnot(annotation);
    if (!edges) continue;
    const [left = 0, top = 0, right = 0, bottom = 0] = edges;
    fields.push({ edges: [left, top, right, bottom], isTicked: tickedFields.has(type) });
  }
  return fields;
}
