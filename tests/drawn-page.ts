import type { Box } from "@orbital-witness/common/results/page-result.ts";
import sharp, { type Sharp } from "sharp";
import { seededRandom } from "../samples/drawing/random.ts";
import type { GreyImage } from "../services/ocr-worker/src/recognition/grey-image.ts";

/** The picture as the decoder returns it: on a white background, in grey. */
export async function grey(picture: Sharp, dpi?: number): Promise<GreyImage> {
  const { data, info } = await picture.flatten().greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, dpi };
}

/**
 * Enough lines for detecting the page's orientation. They have more ascenders than descenders, as print has.
 */
export const clauses = [
  "This lease is dated 1 May 2024 and made between",
  "Harold Whitcombe of 12 Mill Lane, the Landlord, and",
  "Edith Marlow of the same address, called the Tenant.",
  "1. The Landlord lets the Property to the Tenant for",
  "a term of ninety nine years from the date of this deed.",
  "2. The Tenant shall pay the Rent on the usual quarter",
];

/** A shadow that darkens to the right, as at the fold of a book: black with up to 75 % opacity. */
export const shadow = `<defs><linearGradient id="shadow"><stop offset="0" stop-opacity="0"/>
  <stop offset="1" stop-opacity="0.75"/></linearGradient></defs>
  <rect width="100%" height="100%" fill="url(#shadow)"/>`;

type Page = { width?: number; height?: number; paper?: string; ink?: string; fontSize?: number };

/** A page with lines of text; `more` is SVG drawn over them. */
export function drawPage(lines: readonly string[], page: Page = {}, more = ""): Sharp {
  const { width = 1000, height = 500, paper = "white", ink = "black", fontSize = 28 } = page;
  const texts = lines.map((line, index) => drawText(fontSize * 3, fontSize * (3 + 2 * index), line));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="${ink}"
    font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="${fontSize}">
    <rect width="100%" height="100%" fill="${paper}"/>${texts.join("")}${more}</svg>`;
  return sharp(Buffer.from(svg));
}

/** SVG of a text. The point is the start of its baseline. */
export function drawText(x: number, y: number, text: string): string {
  return `<text x="${x}" y="${y}">${text}</text>`;
}

export type Table = { left: number; top: number; width: number; height: number; rows: readonly string[][] };

/** SVG of a ruled table. A line feed in a cell's text starts a new line. */
export function drawTable({ left, top, width, height, rows }: Table): string {
  const columnWidth = width / (rows[0]?.length ?? 1);
  const rowHeight = height / rows.length;
  const cells = rows.flatMap((row, down) =>
    row.map((text, across) => {
      const [x, y] = [left + across * columnWidth, top + down * rowHeight];
      const lines = text.split("\n").map((line, index) => drawText(x + 20, y + 50 + index * 45, line));
      const size = `width="${columnWidth}" height="${rowHeight}"`;
      const frame = `<rect x="${x}" y="${y}" ${size} fill="none" stroke="black" stroke-width="3"/>`;
      return frame + lines.join("");
    }),
  );
  return cells.join("");
}

/** SVG of this number of round specks, which are always at the same places in this part of the page. */
export function drawSpecks(count: number, radius: number, [left, top, right, bottom]: Box): string {
  const random = seededRandom(1);
  return Array.from({ length: count }, () => {
    const [x, y] = [left + random() * (right - left), top + random() * (bottom - top)];
    return `<circle cx="${x}" cy="${y}" r="${radius}"/>`;
  }).join("");
}
