import type { GreyImage } from "../grey-image.ts";

/** The levels of ink and paper in a line, as shares of its pixels from the darkest. */
const DARKEST = 0.01;
const PAPER = 0.8;
/** A pixel is ink if it is nearer to the ink's level than to the paper's by this share of the way. */
const INK = 0.45;
/** With less contrast, in levels, there is no ink. */
const LEAST_CONTRAST = 24;

/** Columns of ink from `left` to just before `right`, and their rows from `top` to just before `bottom`. */
export type InkRun = { left: number; top: number; right: number; bottom: number };

/** Returns the runs of adjacent columns that contain ink, from the left. */
export function inkRuns(line: GreyImage): InkRun[] {
  const { width, height } = line;
  const limit = inkLimit(line);
  const runs: InkRun[] = [];
  let run: InkRun | undefined;
  for (let x = 0; x < width; x++) {
    let [top, bottom] = [height, 0];
    for (let y = 0; y < height; y++) {
      if ((line.data[y * width + x] ?? 0) > limit) continue;
      top = Math.min(top, y);
      bottom = y + 1;
    }
    if (bottom === 0) {
      run = undefined;
      continue;
    }
    if (run === undefined) {
      run = { left: x, top, right: x + 1, bottom };
      runs.push(run);
    } else {
      run.right = x + 1;
      run.top = Math.min(run.top, top);
      run.bottom = Math.max(run.bottom, bottom);
    }
  }
  return runs;
}

/** Pixels at most this bright are ink. -1 if the picture has no ink. */
function inkLimit({ data }: GreyImage): number {
  const counts = new Uint32Array(256);
  for (const level of data) counts[level] = (counts[level] ?? 0) + 1;
  const [dark, paper] = [DARKEST, PAPER].map((share) => quantile(counts, share * data.length));
  if (dark === undefined || paper === undefined || paper - dark < LEAST_CONTRAST) return -1;
  return Math.floor(dark + (paper - dark) * INK);
}

function quantile(counts: Uint32Array, pixels: number): number {
  let sum = 0;
  return counts.findIndex((count) => {
    sum += count;
    return sum > pixels;
  });
}
