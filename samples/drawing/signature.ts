import { seededRandom } from "./random.ts";

/** The first stroke of a signature; each ends at (10, 0). */
const capitals = [
  "M0 -13C-5 -24 14 -29 8 -12S-8 6 10 0",
  "M14 -21C6 -28 -8 -8 -1 -1S6 -4 10 0",
  "M-4 1C-1 -10 2 -22 4 -24S3 -8 3 -3S10 -20 12 -23S9 -8 10 0",
  "M-4 -20C4 -26 22 -24 15 -15S3 -11 6 -12S14 -2 2 1S4 -7 10 0",
];

/** An illegible slanted pen stroke that starts at (x, y) on its baseline; SVG, in points. */
export function signature(x: number, y: number, width: number, seed: number): string {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + random() * (high - low);
  let path = capitals[seed % capitals.length] ?? "";
  let pen = 10;
  while (pen < width * 0.75) {
    const step = between(4, 8);
    const tall = random() < 0.22;
    const low = random() < 0.18;
    const top = tall ? -between(14, 20) : -between(4, 7);
    // Tall letters turn back at their top to form a loop; the others are shallow waves.
    path += `S${pen + step * (tall ? 1.5 : 0.9)} ${top} ${pen + step * 0.6} ${top}`;
    path += `S${pen + step * (tall ? 0.2 : 0.7)} ${low ? 10 : 1} ${pen + step} ${low ? 6 : between(-1, 1)}`;
    pen += step;
  }
  path += `C${pen + width * 0.08} -4 ${width * 0.9} ${between(-9, 4)} ${width} ${between(-8, -2)}`;
  const place = `transform="translate(${x} ${y}) skewX(-16)"`;
  const ink = `stroke="#33333f" stroke-width="${between(0.8, 1.2)}" stroke-linecap="round"`;
  return `<path ${place} d="${path}" fill="none" ${ink}/>`;
}
