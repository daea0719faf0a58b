import type { InkMap } from "./ink-map.ts";
import type { Size } from "./picture.ts";

/** The share of the letters' pixels that may be dust or the scanner's lid, outside the text. */
const STRAY_SHARE = 0.0005;

/** The size of the middle part that contains the text after the page is rotated clockwise by `degrees`. */
export function textExtent({ data, width, height }: InkMap, degrees: number): Size {
  const angle = (degrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const longest = Math.ceil(Math.hypot(width, height) / 2) + 1;
  const across = new Uint32Array(longest);
  const down = new Uint32Array(longest);
  let pixels = 0;
  for (let index = 0; index < data.length; index++) {
    if (data[index] !== 1) continue;
    const row = Math.floor(index / width);
    const [x, y] = [index - row * width + 0.5 - width / 2, row + 0.5 - height / 2];
    count(across, x * cosine - y * sine);
    count(down, x * sine + y * cosine);
    pixels += 1;
  }
  const stray = Math.floor(pixels * STRAY_SHARE);
  return { width: 2 * reach(across, stray), height: 2 * reach(down, stray) };
}

function count(distances: Uint32Array, distance: number): void {
  const at = Math.floor(Math.abs(distance));
  distances[at] = (distances[at] ?? 0) + 1;
}

/** The largest distance of a pixel from the middle, without the `stray` farthest pixels. */
function reach(distances: Uint32Array, stray: number): number {
  let beyond = 0;
  const farthest = distances.findLastIndex((pixels) => {
    beyond += pixels;
    return beyond > stray;
  });
  return farthest + 1;
}
