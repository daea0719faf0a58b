import type { PageResult } from "@orbital-witness/common/results/page-result.ts";

/** 8-bit grey, row by row without padding, 0 is black. `dpi` undefined where the document does not say it credibly. */
export type GreyImage = { data: Buffer; width: number; height: number; dpi: number | undefined };

/** The image as it was read, and what was read on it; boxes in its pixels. */
export type RecognizedPage = { image: GreyImage; result: Omit<PageResult, "page"> };

/** Prepares a page where it is measured to help, and recognises it. Throws where the engine breaks. */
export type RecognizePage = (image: GreyImage) => Promise<RecognizedPage>;
