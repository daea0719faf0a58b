import type { PageResult, Preparation } from "@orbital-witness/common/results/page-result.ts";
import type { PdfPageObject } from "@orbital-witness/common/results/pdf-outline.ts";
import { compose, type Matrix, shift, stretch, turn } from "./matrix.ts";

type Size = { width: number; height: number };
type Quarter = PdfPageObject["rotate"];

/** Returns the clockwise quarter turns, in degrees, that made the page upright. */
export function quarterTurn(preparation: readonly Preparation[]): Quarter {
  const turned = preparation.find(({ step }) => step === "rotate");
  return turned?.step === "rotate" ? turned.degrees : 0;
}

/**
 * Maps pixels of the page as it was read to pixels of the image before its preparation. Every step keeps the
 * middle of the page in the middle.
 */
export function beforePreparation(result: PageResult, image: Size): Matrix {
  let [degrees, factor] = [0, 1];
  for (const step of result.preparation) {
    if (step.step === "rotate" || step.step === "deskew") degrees += step.degrees;
    if (step.step === "scale") factor *= step.factor;
  }
  const toMiddle = shift(-result.width / 2, -result.height / 2);
  const undone = compose(compose(toMiddle, stretch(1 / factor)), turn(-degrees));
  return compose(undone, shift(image.width / 2, image.height / 2));
}

/**
 * Maps pixels of a page's image to the user space of the page. `rotate`: the rotation that viewers apply to
 * the page.
 */
export function ontoPage(image: Size, { box, rotate }: Pick<PdfPageObject, "box" | "rotate">): Matrix {
  const [left, bottom, right, top] = box;
  const [width, height] = [right - left, top - bottom];
  const unit = stretch(1 / image.width, 1 / image.height);
  // Maps the unit square as shown, in which y counts down.
  const corners: Record<Quarter, Matrix> = {
    0: [width, 0, 0, -height, left, top],
    90: [0, height, width, 0, left, bottom],
    180: [-width, 0, 0, height, right, bottom],
    270: [0, -height, -width, 0, right, top],
  };
  return compose(unit, corners[rotate]);
}
