import type { Block, PageWarning } from "@orbital-witness/common/results/page-result.ts";
import type { Segmentation } from "../recognition/engine.ts";
import type { GreyImage } from "../recognition/grey-image.ts";

/**
 * Text objects of a PDF page's own content, by their number: counted from 0, depth first into forms.
 * `hidden`: nobody sees any of their characters. `wrong`: they are to be seen, at least in part, but
 * recognition reads them.
 */
export type TextObjectsToRemove = { hidden: number[]; wrong: number[] };

/**
 * A page as it is to be seen. `text` where the document itself holds it, with boxes on the image; without it,
 * the image is to be recognised. `remove`: of a PDF's page, what a searchable copy must not keep.
 */
export type PageContent = {
  image: GreyImage;
  text?: Block[];
  remove?: TextObjectsToRemove;
  /** What was not strictly right in the document. */
  warnings?: PageWarning[];
};

/** Recognises a picture as it is, without preparing it. */
export type ReadPicture = (image: GreyImage, segmentation: Segmentation) => Promise<Block[]>;

/** An open document; its pages count from 1. */
export interface Document {
  readonly pages: number;
  /**
   * Reads a page; `read` is for pictures beside a page's own text. Throws OrderFailure for a page that cannot
   * be read.
   */
  page(number: number, read: ReadPicture): Promise<PageContent>;
}
