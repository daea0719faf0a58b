/** 8-bit RGB, row by row without padding. */
export type Picture = { data: Uint8Array; width: number; height: number };

/**
 * `structure`: mean structural similarity (Wang et al. 2004) of the windows in which either picture has ink;
 * 1 for equal pictures. `colour`: the greatest difference of a window's mean red, green or blue, each
 * relative to the window's brightness, 0 to 255.
 */
export type Likeness = { structure: number; colour: number };

const window = 8;
/** Constants of the measure, for levels from 0 to 255. */
const luminanceConstant = (0.01 * 255) ** 2;
const contrastConstant = (0.03 * 255) ** 2;
/** A window with at least this variance has ink. */
const inkVariance = 100;

/** Throws an Error for pictures of different sizes, except for one pixel, which may come from rounding. */
export function likenessOf(one: Picture, other: Picture): Likeness {
  const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
  if (Math.max(one.width, other.width) > width + 1 || Math.max(one.height, other.height) > height + 1) {
    throw new Error(`${one.width} x ${one.height} and ${other.width} x ${other.height} pixels`);
  }
  let [similarity, windows, colour] = [0, 0, 0];
  for (let top = 0; top + window <= height; top += window) {
    for (let left = 0; left + window <= width; left += window) {
      const [first, second] = [windowOf(one, left, top), windowOf(other, left, top)];
      const tints = first.tint.map((tint, index) => Math.abs(tint - (second.tint[index] ?? 0)));
      colour = Math.max(colour, ...tints);
      const { variances, covariance } = spreadOf(first, second);
      if (Math.max(...variances) < inkVariance && Math.abs(first.mean - second.mean) < 16) continue;
      windows++;
      similarity += similarityOf(first.mean, second.mean, variances, covariance);
    }
  }
  return { structure: windows === 0 ? 1 : similarity / windows, colour };
}

type Window = { levels: number[]; mean: number; tint: [number, number, number] };

function windowOf({ data, width }: Picture, left: number, top: number): Window {
  const levels: number[] = [];
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = top; y < top + window; y++) {
    for (let x = left; x < left + window; x++) {
      const at = (y * width + x) * 3;
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      levels.push(0.299 * red + 0.587 * green + 0.114 * blue);
      sums[0] += red;
      sums[1] += green;
      sums[2] += blue;
    }
  }
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const tint = sums.map((sum) => sum / levels.length - mean) as [number, number, number];
  return { levels, mean, tint };
}

function spreadOf(first: Window, second: Window) {
  const [variances, covariances]: [[number, number], number[]] = [[0, 0], []];
  for (const [index, level] of first.levels.entries()) {
    const [one, other] = [level - first.mean, (second.levels[index] ?? 0) - second.mean];
    variances[0] += one * one;
    variances[1] += other * other;
    covariances.push(one * other);
  }
  const count = first.levels.length - 1;
  const covariance = covariances.reduce((sum, each) => sum + each, 0) / count;
  return { variances: [variances[0] / count, variances[1] / count] as [number, number], covariance };
}

function similarityOf(one: number, other: number, [first, second]: [number, number], covariance: number) {
  const luminance = (2 * one * other + luminanceConstant) / (one ** 2 + other ** 2 + luminanceConstant);
  return (luminance * (2 * covariance + contrastConstant)) / (first + second + contrastConstant);
}
