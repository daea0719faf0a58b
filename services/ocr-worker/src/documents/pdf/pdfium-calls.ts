import type { PDFiumModule } from "@hyzyla/pdfium";

/** An address in PDFium's memory; 0 for none. */
export type Pointer = number;

/** Calls of PDFium's C interface that the package provides but does not declare. */
type Undescribed = {
  _FPDF_DocumentHasValidCrossReferenceTable(document: Pointer): number;
  _FPDF_GetSecurityHandlerRevision(document: Pointer): number;
  _FPDF_CreateNewDocument(): Pointer;
  _FPDF_ImportPagesByIndex(to: Pointer, from: Pointer, indices: Pointer, length: number, at: number): number;
  _FPDFTextObj_GetFontSize(text: Pointer, size: Pointer): number;
  _FPDF_SaveAsCopy(document: Pointer, writer: Pointer, flags: number): number;
  _FPDF_GetPageWidthF(page: Pointer): number;
  _FPDF_GetPageHeightF(page: Pointer): number;
  _FPDF_PageToDevice(
    page: Pointer,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    pageX: number,
    pageY: number,
    deviceX: Pointer,
    deviceY: Pointer,
  ): number;
  _FPDFDOC_InitFormFillEnvironment(document: Pointer, info: Pointer): Pointer;
  _FPDFDOC_ExitFormFillEnvironment(form: Pointer): void;
  _FORM_OnAfterLoadPage(page: Pointer, form: Pointer): void;
  _FORM_OnBeforeClosePage(page: Pointer, form: Pointer): void;
  _FPDFPage_GetAnnotCount(page: Pointer): number;
  _FPDFPage_GetAnnot(page: Pointer, index: number): Pointer;
  _FPDFPage_CloseAnnot(annotation: Pointer): void;
  _FPDFAnnot_GetSubtype(annotation: Pointer): number;
  _FPDFAnnot_GetRect(annotation: Pointer, rectangle: Pointer): number;
  _FPDFAnnot_GetFormFieldType(form: Pointer, annotation: Pointer): number;
  _FPDFPage_Flatten(page: Pointer, use: number): number;
  _FPDFPage_GetRotation(page: Pointer): number;
  _FPDFPage_SetRotation(page: Pointer, quarterTurns: number): void;
  _FPDFPageObj_GetMatrix(object: Pointer, matrix: Pointer): number;
  _FPDFPageObj_GetBounds(
    object: Pointer,
    left: Pointer,
    bottom: Pointer,
    right: Pointer,
    top: Pointer,
  ): number;
  _FPDFPageObj_SetIsActive(object: Pointer, isActive: number): number;
  _FPDFPath_CountSegments(path: Pointer): number;
  _FPDFImageObj_GetImageMetadata(image: Pointer, page: Pointer, metadata: Pointer): number;
  _FPDFImageObj_GetImageDataDecoded(image: Pointer, buffer: Pointer, length: number): number;
  _FPDFImageObj_GetRenderedBitmap(document: Pointer, page: Pointer, image: Pointer): Pointer;
  _FPDFFormObj_CountObjects(form: Pointer): number;
  _FPDFFormObj_GetObject(form: Pointer, index: number): Pointer;
  _FPDFTextObj_GetTextRenderMode(text: Pointer): number;
  _FPDFTextObj_GetFont(text: Pointer): Pointer;
  _FPDFText_GetTextObject(textPage: Pointer, index: number): Pointer;
  _FPDFText_GetCharOrigin(textPage: Pointer, index: number, x: Pointer, y: Pointer): number;
  _FPDFText_GetUnicode(textPage: Pointer, index: number): number;
  _FPDFText_HasUnicodeMapError(textPage: Pointer, index: number): number;
  _FPDFText_IsHyphen(textPage: Pointer, index: number): number;
  _FPDFText_GetCharAngle(textPage: Pointer, index: number): number;
  _FPDFText_GetLooseCharBox(textPage: Pointer, index: number, rectangle: Pointer): number;
  _FPDFText_GetCharBox(
    textPage: Pointer,
    index: number,
    left: Pointer,
    right: Pointer,
    bottom: Pointer,
    top: Pointer,
  ): number;
};

export type Module = Awaited<ReturnType<typeof PDFiumModule>> & Undescribed;

export const pdfiumErrors = { format: 3, password: 4, security: 5 } as const;
export const objectTypes = { text: 1, path: 2, image: 3, shading: 4, form: 5 } as const;
export const bitmapFormats = { grey: 1, bgr: 2, bgrx: 3, bgra: 4 } as const;
export const drawGrey = 0x08;
export const flattenForDisplay = 0;
export const flattened = 1;
/** Text rendering modes that paint nothing: invisible text, and text used as a clipping path. */
export const unpaintedModes: ReadonlySet<number> = new Set([3, 7]);
export const widgetAnnotation = 20;
/** Types of form fields with a value that somebody filled in. Other types are buttons and signatures. */
export const valueFields: ReadonlySet<number> = new Set([2, 3, 4, 5, 6]);
/** Types of form fields that are ticked: check boxes and radio buttons. */
export const tickedFields: ReadonlySet<number> = new Set([2, 3]);
