import sharp from "sharp";

/** The text of the scan that most tests read; short, so that it is read quickly. */
export const leaseText = "This lease is dated";

/** A scan of one line of text at 300 dpi; the test encodes it. */
export function drawLine(text: string) {
  return drawLines([text], 900);
}

/** A scan of several lines; `width` is in pixels. */
export function drawLines(lines: string[], width: number) {
  const leading = 75;
  const texts = lines.map((line, index) => `<text x="40" y="${leading * (index + 1)}">${line}</text>`);
  const height = leading * lines.length + 45;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="white"/>
    <g font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="40">${texts.join("")}</g></svg>`;
  return sharp(Buffer.from(svg)).withMetadata({ density: 300 });
}
