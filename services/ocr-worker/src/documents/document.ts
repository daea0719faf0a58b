import type { Block } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../recognition/grey-image.ts";

/** A page as it is to be seen; `text` where the document itself holds it, and it is sound. */
export type PageContent = { image: GreyImage; text?: Block[] };

/** An open document; its pages count from 1. */
export interface Document {
  readonly pages: number;
  /** Throws OrderFailure for a page that cannot be read. */
  page(number: number): Promise<PageContent>;
}
