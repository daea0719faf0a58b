import type { Block, PageWarning } from "@orbital-witness/common/results/page-result.ts";
import type { Segmentation } from "../recognition/engine.ts";
import type { ColourImage, GreyImage } from "../recognition/grey-image.ts";

/**
 * The numbers of text objects in a PDF page's own content, counted from 0, depth first into forms. `hidden`:
 * none of their characters is visible. `wrong`: at least some of their characters are visible, but their text
 * is wrong or incomplete and recognition replaces it. `covered`: runs of hidden characters in text objects
 * that also have visible ones.
 */
export type TextObjectsToRemove = { hidden: number[]; wrong: number[]; covered: CoveredText[] };

/** `runs`: the first and last character of each run, counted from 0 in the text object, with its spaces. */
export type CoveredText = { number: number; runs: [first: number, last: number][] };

/**
 * A page as a viewer shows it. `text` is set if the document itself contains the text; its boxes are in
 * pixels of the image. Without `text` the image must be recognised. `remove`: what a searchable copy of a PDF
 * page must not keep as text.
 */
export type PageContent = {
  image: GreyImage;
  /**
   * Draws `image` again in colours, which needs three times the memory. Undefined, or resolves to undefined,
   * for a page without colours. Throws OrderFailure as `Document.page` does.
   */
  colour?: (() => Promise<ColourImage | undefined>) | undefined;
  text?: Block[];
  /** How far `image` is turned clockwise, in degrees, because most of `text` lies on its side. */
  turn?: 90 | 180 | 270;
  remove?: TextObjectsToRemove;
  /** Errors in the document that did not keep the page from being read. */
  warnings?: PageWarning[];
};

/** Recognises a picture as it is, without preparing it. */
export type ReadPicture = (image: GreyImage, segmentation: Segmentation) => Promise<Block[]>;

/** An open document. Pages are numbered from 1. */
export interface Document {
  readonly pages: number;
  /**
   * Reads a page. `read` recognises the pictures beside a page's own text. Throws OrderFailure for a page
   * that cannot be read.
   */
  page(number: number, read: ReadPicture): Promise<PageContent>;
}
