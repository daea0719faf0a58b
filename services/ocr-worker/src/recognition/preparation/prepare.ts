import type { Preparation } from "@orbital-witness/common/results/page-result.ts";
import { type Frame, framesOf } from "../frames/cells.ts";
import { removeRulingLines } from "../frames/ruling-lines.ts";
import type { GreyImage } from "../grey-image.ts";
import { inkMap } from "./ink-map.ts";
import { lettersOf } from "./letters.ts";
import { flatten, invert, type Light, lightOf } from "./light.ts";
import { orientationOf, type Side } from "./orientation.ts";
import { rotate, scale } from "./picture.ts";

/** A page that was prepared, and how; `frames`: the forms and tables whose rules were taken out. */
export type PreparedPage = { image: GreyImage; preparation: Preparation[]; frames: Frame[] };

/** What is to be done to a page. Angles in degrees: `turn` clockwise, to be upright; `skew` is how far it is then still turned clockwise. `letterHeight`: in pixels, before. */
export type Plan = {
  light: Light;
  turn: Turn;
  skew: number;
  factor: number;
  letterHeight: number;
  isRuled: boolean;
};

type Turn = 0 | 90 | 180 | 270;

/** Pixels of the longer side that a page is looked at with: enough to see its lines, and little to go through. */
const LOOK_SIDE = 1000;

/** Below it the lines of a page are in no clear direction. */
const LEAST_SHARPNESS = 1.5;
/** Tesseract reads lines that are turned by less as well without. */
const LEAST_SKEW = 0.7;

/** Letters (their median height, in pixels) that are smaller are read better twice as large. On a large page they are dashes and dots. */
const SMALL_LETTERS = 8.5;
const MOST_FACTOR = 2;

/** More pixels (on the longer side) than these only cost time, unless the letters are small. */
const LARGE_SIDE = 4000;
const ENOUGH_SIDE = 3300;
const ENOUGH_LETTERS = 16;

const turns: Readonly<Record<Side, Turn>> = { bottom: 0, right: 90, top: 180, left: 270 };

export async function planFor(image: GreyImage): Promise<Plan> {
  const longer = Math.max(image.width, image.height);
  const lookFactor = Math.min(1, LOOK_SIDE / longer);
  const look = await scale(image, lookFactor);
  const light = lightOf(look);
  const { letters, height, isRuled } = lettersOf(inkMap(light === "inverted" ? invert(look) : look));
  const { side, degrees, sharpness } = orientationOf(letters);
  const isClear = sharpness >= LEAST_SHARPNESS;
  return {
    light,
    turn: isClear ? turns[side] : 0,
    skew: isClear && Math.abs(degrees) >= LEAST_SKEW ? degrees : 0,
    factor: factorFor(longer, height / lookFactor),
    letterHeight: height / lookFactor,
    isRuled,
  };
}

/** For a page that was read poorly: perhaps what was taken for the top is the bottom. */
export function upsideDown(plan: Plan): Plan {
  const turn: Readonly<Record<Turn, Turn>> = { 0: 180, 90: 270, 180: 0, 270: 90 };
  return { ...plan, turn: turn[plan.turn] };
}

export async function prepare(original: GreyImage, plan: Plan): Promise<PreparedPage> {
  const { light, turn, skew, factor, isRuled } = plan;
  const preparation: Preparation[] = [];
  let image = original;
  if (light === "inverted") {
    image = invert(image);
    preparation.push({ step: "invert" });
  }
  if (light === "uneven") {
    image = await flatten(image);
    preparation.push({ step: "flatten" });
  }
  // One turn instead of two: each blends pixels.
  if (turn !== 0 || skew !== 0) image = await rotate(image, turn - skew);
  if (turn !== 0) preparation.push({ step: "rotate", degrees: turn });
  if (skew !== 0) preparation.push({ step: "deskew", degrees: -skew });
  if (factor !== 1) {
    image = await scale(image, factor);
    preparation.push({ step: "scale", factor });
  }
  if (!isRuled) return { image, preparation, frames: [] };
  const letterHeight = plan.letterHeight * factor;
  const { image: unruled, rules } = removeRulingLines(image, letterHeight);
  const frames = framesOf(rules, letterHeight);
  if (frames.length === 0) return { image, preparation, frames };
  return { image: unruled, preparation: [...preparation, { step: "remove_lines" }], frames };
}

function factorFor(longer: number, letterHeight: number): number {
  if (longer <= LARGE_SIDE) return letterHeight > 0 && letterHeight < SMALL_LETTERS ? MOST_FACTOR : 1;
  return (letterHeight * ENOUGH_SIDE) / longer >= ENOUGH_LETTERS ? ENOUGH_SIDE / longer : 1;
}
