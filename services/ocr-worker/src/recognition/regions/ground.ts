import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { Frame } from "../frames/frame.ts";
import { type InkMap, inkMap } from "../preparation/ink-map.ts";
import { pageSide } from "../preparation/page-side.ts";
import { crop, scale } from "../preparation/picture.ts";
import type { PreparedPage } from "../preparation/prepare.ts";
import { squaresIn } from "./squares.ts";

/** The longer side, in pixels, of the picture on which the check boxes of a skewed page are found. */
const LOOK_SIDE = 1400;
/** In pixels. The smallest square that counts on the smaller picture on which the page was measured. */
const SMALL_SQUARE = 8;

/** A part of the page. `scale`: how many pixels of the page one pixel of `ink` takes. */
export type Patch = { ink: InkMap; scale: number; left: number; top: number };

/**
 * Where to look for regions. `frames`: the forms and tables. `patches`: the parts that may have check boxes.
 * `letterHeight` is in pixels of the page.
 */
export type Ground = { patches: Patch[]; letterHeight: number; frames: readonly Frame[] };

/**
 * Uses the ink map that the ruling lines were found on. On other pages, which have none, only the
 * surroundings of possible squares are looked at, because a map of the whole page takes longest.
 */
export async function groundOf(page: PreparedPage, frames: readonly Frame[]): Promise<Ground> {
  const { ink, letterHeight } = page;
  if (ink) return { patches: [{ ink, scale: 1, left: 0, top: 0 }], letterHeight, frames };
  const { turn, skew } = page.plan;
  const isAsItCame = turn === 0 && skew === 0;
  return { patches: isAsItCame ? aroundSquares(page) : [await whole(page)], letterHeight, frames };
}

async function whole({ ruled }: PreparedPage): Promise<Patch> {
  const factor = Math.min(1, LOOK_SIDE / pageSide(ruled));
  return { ink: inkMap(await scale(ruled, factor)), scale: 1 / factor, left: 0, top: 0 };
}

function aroundSquares({ ruled, letterHeight, plan }: PreparedPage): Patch[] {
  const { look, factor } = plan;
  const toPage = factor / look.factor;
  return squaresIn(look.ink, letterHeight / toPage, SMALL_SQUARE).map((square) => {
    const [left, top, right, bottom] = square.map((edge) => edge * toPage) as Box;
    const margin = bottom - top;
    const box: Box = [
      ...([Math.max(0, Math.floor(left - margin)), Math.max(0, Math.floor(top - margin))] as const),
      Math.min(ruled.width, Math.ceil(right + margin)),
      Math.min(ruled.height, Math.ceil(bottom + margin)),
    ];
    return { ink: inkMap(crop(ruled, box)), scale: 1, left: box[0], top: box[1] };
  });
}
