import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";

/** Draws the README's picture, the sample lease beside its text: `npx node docs/pictures/draw.ts`. */
const samples = path.resolve(import.meta.dirname, "../../samples/scans/OW12345678");
const width = 1640;
const height = 860;
const margin = 36;
const pageWidth = 590;
const command = '$ curl -H "Authorization: Bearer $token" http://localhost/orders/$id/result.txt';
const panel = { left: 690, width: width - 690 - margin };
const pageHeight = height - 2 * margin;

const scan = await sharp(path.join(samples, "lease.png"))
  .resize({ width: pageWidth })
  .extract({ left: 0, top: 0, width: pageWidth, height: pageHeight })
  // White paper: the grain of the scan would make most of the file.
  .linear(1.12, 0)
  .toColourspace("b-w")
  .png()
  .toBuffer();
const text = await readFile(path.join(samples, "lease.txt"), "utf8");
const picture = await sharp(Buffer.from(background(text.split("\n"))))
  .composite([{ input: scan, left: margin, top: margin }])
  .png({ palette: true, colours: 32, effort: 10 })
  .toBuffer();
await writeFile(path.join(import.meta.dirname, "lease-and-text.png"), picture);
console.log(`lease-and-text.png: ${Math.ceil(picture.length / 1024)} kB`);

/** The page's shadow, an arrow, and the text as a terminal shows it. */
function background(lines: readonly string[]): string {
  const size = 13.7;
  const lineHeight = 20.5;
  const top = margin + 96;
  const shown = lines.slice(0, Math.floor((height - margin - top) / lineHeight));
  const tspans = shown
    .map(
      (line, index) => `<text x="${panel.left + 28}" y="${top + index * lineHeight}">${escaped(line)}</text>`,
    )
    .join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="#eef1f5"/>
    <rect x="${margin + 8}" y="${margin + 10}" width="${pageWidth}" height="${pageHeight}" fill="#c9d0da"/>
    <path d="M645 ${height / 2 - 13} l26 13 l-26 13 z" fill="#5b6b82"/>
    <rect x="${panel.left}" y="${margin}" width="${panel.width}" height="${pageHeight}" rx="12"
      fill="#1c2431"/>
    <circle cx="${panel.left + 28}" cy="${margin + 26}" r="7" fill="#e06c5f"/>
    <circle cx="${panel.left + 52}" cy="${margin + 26}" r="7" fill="#e2b84f"/>
    <circle cx="${panel.left + 76}" cy="${margin + 26}" r="7" fill="#6fbf73"/>
    <g font-family="Liberation Mono, DejaVu Sans Mono, monospace" font-size="${size}" fill="#dbe3ee"
      xml:space="preserve">
      <text x="${panel.left + 28}" y="${margin + 64}" fill="#8fd19e">${escaped(command)}</text>
      ${tspans}
    </g>
  </svg>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
