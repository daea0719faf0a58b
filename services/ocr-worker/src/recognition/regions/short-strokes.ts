import type { InkMap } from "../preparation/ink-map.ts";

/** A vertical piece of ink, one pixel wide. `bottom` is just outside it. */
export type Stroke = { x: number; top: number; bottom: number };

/**
 * Returns the vertical strokes whose height is from `shortest` to `longest` pixels. Gaps of up to `gap`
 * pixels do not end a stroke. The map is read row by row, because its columns are far apart in memory.
 */
export function shortStrokes(
  { data, width, height }: InkMap,
  { shortest, longest, gap }: { shortest: number; longest: number; gap: number },
): Stroke[] {
  const found: Stroke[] = [];
  const first = new Int32Array(width).fill(-1);
  const last = new Int32Array(width).fill(-1);
  const end = (x: number) => {
    const [top, bottom] = [first[x] ?? 0, (last[x] ?? 0) + 1];
    if (bottom - top >= shortest && bottom - top <= longest) found.push({ x, top, bottom });
  };
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (data[row + x] !== 1) continue;
      const before = last[x] ?? -1;
      if (before < 0 || y - before > gap + 1) {
        if (before >= 0) end(x);
        first[x] = y;
      }
      last[x] = y;
    }
  }
  for (let x = 0; x < width; x++) if ((last[x] ?? -1) >= 0) end(x);
  return found;
}
