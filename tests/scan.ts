import sharp from "sharp";

/** What the scan says that most tests read: short, so that reading it takes little. */
export const leaseText = "This lease is dated";

/** A scan of one line of text, at 300 dots per inch; to be encoded as the test needs it. */
export function drawLine(text: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="120"><rect width="100%" height="100%" fill="white"/>
    <text x="40" y="75" font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="40">${text}</text></svg>`;
  return sharp(Buffer.from(svg)).withMetadata({ density: 300 });
}
