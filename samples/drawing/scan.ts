import sharp from "sharp";
import { seededRandom } from "./random.ts";
import { sheetHeight, sheetWidth } from "./sheet.ts";

/** How the scanner rendered a page. Brightness is 0 to 255. */
export type Look = Readonly<{
  seed: number;
  /** Degrees, clockwise. */
  turn: number;
  /** Standard deviation of the blur, in pixels. */
  blur: number;
  /** Standard deviation of the grain. */
  noise: number;
  paper: readonly [red: number, green: number, blue: number];
  /** How much darker the far corner and the edges are than the middle. */
  shade: number;
  /** Dust on the glass. */
  specks: number;
  /** Height of a fold across the page, 0 at the top to 1. */
  fold?: number;
}>;

type Size = Readonly<{ width: number; height: number }>;

export function a4Pixels(dpi: number): Size {
  return { width: Math.round((210 / 25.4) * dpi), height: Math.round((297 / 25.4) * dpi) };
}

/** Raw pixels: one channel for grey, three for colour. */
export type Picture = Size & Readonly<{ data: Buffer; channels: 1 | 3 }>;

/** Renders the drawn page (SVG in points) as a scanner would see it. */
export async function scan(drawing: string, look: Look, dpi: number): Promise<Picture> {
  const size = a4Pixels(dpi);
  const drawn = await sharp(Buffer.from(underTheLid(drawing, look, size)))
    .flatten({ background: "#fff" })
    .greyscale()
    .blur(look.blur)
    .raw()
    .toBuffer();
  const grey = expose(drawn, look, size);
  const tint = look.paper.map((colour) => colour / Math.max(...look.paper));
  if (tint.every((share) => share === 1)) return { ...size, data: grey, channels: 1 };
  const data = Buffer.alloc(grey.length * 3);
  for (const [index, level] of grey.entries()) {
    for (const [channel, share] of tint.entries()) data[index * 3 + channel] = level * share;
  }
  return { ...size, data, channels: 3 };
}

/** The sheet is slightly skewed, so slivers of the scanner's lid show at its edges. */
function underTheLid(drawing: string, { turn, seed, specks }: Look, { width, height }: Size): string {
  const random = seededRandom(seed);
  const dust = Array.from({ length: specks }, () => {
    const [x, y, radius] = [random() * sheetWidth, random() * sheetHeight, 0.15 + random() * 0.4];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(2)}" fill="#777"/>`;
  });
  const box = `viewBox="0 0 ${sheetWidth} ${sheetHeight}" preserveAspectRatio="none"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${box}>
<rect width="100%" height="100%" fill="#d4d4d4"/>
<g transform="rotate(${turn} ${sheetWidth / 2} ${sheetHeight / 2})">
<rect width="${sheetWidth}" height="${sheetHeight}" fill="#fff"/>
${drawing}
</g>
${dust.join("\n")}
</svg>`;
}

/** Applies light, fold, streaks and grain to each pixel. */
function expose(drawn: Buffer, look: Look, { width, height }: Size): Buffer {
  const random = seededRandom(look.seed + 1);
  const paper = Math.max(...look.paper);
  const streaks = new Set(Array.from({ length: 3 }, () => Math.floor(random() * width)));
  const exposed = Buffer.alloc(drawn.length);
  let grain = 0;
  for (let y = 0; y < height; y++) {
    const v = y / height;
    const crease = look.fold === undefined ? 0 : 9 * Math.exp(-(((v - look.fold) * 900) ** 2));
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const edge = Math.exp(-u * 40) + 0.6 * Math.exp(-(1 - v) * 50);
      const shade = look.shade * (0.45 * u * v + 0.25 * (u - 0.5) ** 2 + 0.6 * edge);
      const streak = streaks.has(x) ? 5 : 0;
      // The sum of three uniform numbers is close enough to a normal distribution. Part of the last pixel's
      // value makes the grain coarser.
      grain = 0.45 * grain + 1.6 * look.noise * (random() + random() + random() - 1.5);
      const level = ((drawn[y * width + x] ?? 255) / 255) * paper - shade - crease - streak + grain;
      exposed[y * width + x] = Math.max(0, Math.min(255, Math.round(level)));
    }
  }
  return exposed;
}
