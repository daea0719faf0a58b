import type { Frame } from "../frames/frame.ts";
import { inkMap } from "../preparation/ink-map.ts";
import { pageSide } from "../preparation/page-side.ts";
import { scale } from "../preparation/picture.ts";
import type { PreparedPage } from "../preparation/prepare.ts";
import type { Ground } from "./find-regions.ts";

/** The longer side, in pixels, of the picture on which the check boxes of a page without rules are found. */
const LOOK_SIDE = 1400;

/** Uses the ink map that the ruling lines were found on, and makes a small one for a page without them. */
export async function groundOf(
  { ruled, ink, letterHeight }: PreparedPage,
  frames: readonly Frame[],
): Promise<Ground> {
  if (ink) return { ink, scale: 1, letterHeight, frames };
  const factor = Math.min(1, LOOK_SIDE / pageSide(ruled));
  return { ink: inkMap(await scale(ruled, factor)), scale: 1 / factor, letterHeight, frames };
}
