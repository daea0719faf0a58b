import type { Preparation } from "@orbital-witness/common/results/page-result.ts";
import { framesOf } from "../frames/cells.ts";
import { areColumnFrames } from "../frames/column-frames.ts";
import type { Frame } from "../frames/frame.ts";
import { removeRulingLines } from "../frames/ruling-lines.ts";
import type { ColourImage, GreyImage } from "../grey-image.ts";
import { flatten, invert, type Light, lightOf } from "../light/light.ts";
import { type InkMap, inkMap } from "./ink-map.ts";
import { lettersOf } from "./letters.ts";
import { orientationOf, type Side } from "./orientation.ts";
import { pageSide } from "./page-side.ts";
import { cropMiddle, rotate, type Size, scale } from "./picture.ts";
import { textExtent } from "./text-extent.ts";

/**
 * A prepared page. `picture` is shown to users: the page with its own light and lines, turned and scaled.
 * `image`, of the same size, is for recognition. `frames`: the forms and tables whose ruling lines were
 * removed.
 */
export type PreparedPage = {
  picture: GreyImage;
  image: GreyImage;
  /** `image` with its ruling lines. */
  ruled: GreyImage;
  preparation: Preparation[];
  frames: Frame[];
  /** The frames probably separate columns, so that the page has to be read with its ruling lines. */
  hasColumns: boolean;
  /** Of `ruled`. Undefined if it was not needed. */
  ink: InkMap | undefined;
  /** In pixels of `picture`. 0 on a page without letters. */
  letterHeight: number;
  plan: Plan;
};

/**
 * The planned preparation of a page. `turn`: the clockwise rotation in degrees that makes it upright. `skew`:
 * its remaining clockwise skew in degrees. `size`: the size of the upright and deskewed page before scaling.
 * `letterHeight`: in pixels, before scaling.
 */
export type Plan = {
  light: Light;
  turn: Turn;
  skew: number;
  size: Size;
  factor: number;
  letterHeight: number;
  isRuled: boolean;
  /** Of the small picture on which the page was measured, as it came. `factor`: its scale. */
  look: { ink: InkMap; factor: number };
};

type Turn = 0 | 90 | 180 | 270;

/**
 * The page is measured on a picture with this longer side in pixels, which is enough to tell its lines apart.
 */
const LOOK_SIDE = 1000;

/** With a lower sharpness, the lines of a page have no clear direction. */
const LEAST_SHARPNESS = 1.5;
/** Tesseract reads lines with a smaller skew as well as straight ones. */
const LEAST_SKEW = 0.7;

/**
 * Letters with a smaller median height, in pixels, are read better at twice the size. On a large page, such
 * pieces of ink are dashes and dots.
 */
const SMALL_LETTERS = 8.5;
const MOST_FACTOR = 2;

/** A page with a longer side of more pixels only costs time, unless its letters are small. */
const LARGE_SIDE = 4000;
const ENOUGH_SIDE = 3300;
const ENOUGH_LETTERS = 16;

const turns: Readonly<Record<Side, Turn>> = { bottom: 0, right: 90, top: 180, left: 270 };

export async function planFor(image: GreyImage): Promise<Plan> {
  const side = pageSide(image);
  const lookFactor = Math.min(1, LOOK_SIDE / side);
  const look = await scale(image, lookFactor);
  const light = lightOf(look);
  const ink = inkMap(light === "inverted" ? invert(look) : look);
  const { letters, height, isRuled } = lettersOf(ink);
  const orientation = orientationOf(letters);
  const isClear = orientation.sharpness >= LEAST_SHARPNESS;
  const turn = isClear ? turns[orientation.side] : 0;
  const skew = isClear && Math.abs(orientation.degrees) >= LEAST_SKEW ? orientation.degrees : 0;
  const letterHeight = height / lookFactor;
  return {
    light,
    turn,
    skew,
    size: sizeOf(image, { turn, skew, letters, lookFactor, letterHeight }),
    factor: factorFor(Math.max(image.width, image.height), letterHeight),
    letterHeight,
    isRuled,
    look: { ink, factor: lookFactor },
  };
}

/** The plan for a second reading of a page that was read poorly, in case it was upside down. */
export function upsideDown(plan: Plan): Plan {
  const turn: Readonly<Record<Turn, Turn>> = { 0: 180, 90: 270, 180: 0, 270: 90 };
  return { ...plan, turn: turn[plan.turn] };
}

export async function prepare(original: GreyImage, plan: Plan): Promise<PreparedPage> {
  const { light, turn, skew, factor, isRuled } = plan;
  const preparation: Preparation[] = [];
  const picture = await asPlanned(original, plan);
  if (turn !== 0) preparation.push({ step: "rotate", degrees: turn });
  if (skew !== 0) preparation.push({ step: "deskew", degrees: -skew });
  if (factor !== 1) preparation.push({ step: "scale", factor });
  let image = picture;
  if (light === "inverted") {
    image = invert(image);
    preparation.push({ step: "invert" });
  }
  if (light === "uneven") {
    image = await flatten(image);
    preparation.push({ step: "flatten" });
  }
  const letterHeight = plan.letterHeight * factor;
  const common = { picture, ruled: image, letterHeight, plan };
  const asItIs = { ...common, image, preparation, frames: [], hasColumns: false };
  if (!isRuled) return { ...asItIs, ink: undefined };
  const { image: unruled, rules, ink } = removeRulingLines(image, letterHeight);
  const frames = framesOf(rules, letterHeight);
  if (frames.length === 0) return { ...asItIs, ink };
  return {
    ...common,
    image: unruled,
    ink,
    hasColumns: areColumnFrames(ink, rules, frames, letterHeight),
    preparation: [...preparation, { step: "remove_lines" }],
    frames,
  };
}

/** Returns the picture turned, deskewed and scaled. Its light and lines do not change. */
export async function asPlanned<T extends GreyImage | ColourImage>(original: T, plan: Plan): Promise<T> {
  const { light, turn, skew, factor, size } = plan;
  let picture = original;
  if (turn !== 0 || skew !== 0) {
    // One rotation instead of two, because each blends pixels.
    picture = await rotate(picture, turn - skew, light === "inverted" ? 0 : undefined);
    picture = await cropMiddle(picture, size);
  }
  return factor === 1 ? picture : scale(picture, factor);
}

type Measured = Pick<Plan, "turn" | "skew" | "letterHeight"> & { letters: InkMap; lookFactor: number };

/** A deskewed page keeps its size. It becomes larger only if text would be cut off. */
function sizeOf(image: Size, { turn, skew, letters, lookFactor, letterHeight }: Measured): Size {
  const isOnSide = turn === 90 || turn === 270;
  const [width, height] = isOnSide ? [image.height, image.width] : [image.width, image.height];
  if (skew === 0) return { width, height };
  const extent = textExtent(letters, turn - skew);
  const needed = (pixels: number) => Math.ceil(pixels / lookFactor + 2 * letterHeight);
  return { width: Math.max(width, needed(extent.width)), height: Math.max(height, needed(extent.height)) };
}

/** Restores the ruling lines of a page that turned out to be neither a form nor a table. */
export function asRuled(page: PreparedPage): PreparedPage {
  const preparation = page.preparation.filter(({ step }) => step !== "remove_lines");
  return { ...page, image: page.ruled, preparation, frames: [], hasColumns: false };
}

function factorFor(longer: number, letterHeight: number): number {
  if (longer <= LARGE_SIDE) return letterHeight > 0 && letterHeight < SMALL_LETTERS ? MOST_FACTOR : 1;
  return (letterHeight * ENOUGH_SIDE) / longer >= ENOUGH_LETTERS ? ENOUGH_SIDE / longer : 1;
}
