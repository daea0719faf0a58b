import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import type { Sharp } from "sharp";

const compress = promisify(deflate);

/**
 * Makes an image of one bit per pixel from a picture in black and white. A palette PNG of two colours would
 * be as large, but sharp takes four times as long for it, because it looks for the best two colours.
 */
export async function bilevelImage(picture: Sharp): Promise<PdfStream> {
  const grey = picture.greyscale().toColourspace("b-w").raw();
  const { data, info } = await grey.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const entries = [
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`,
    "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode",
  ];
  const content = await compress(packed(data, width, height), { level: 9 });
  return { entries: entries.join(" "), content };
}

/** Eight pixels in a byte, the first one in its highest bit. Each row begins a byte. */
function packed(grey: Buffer, width: number, height: number): Buffer {
  const rowBytes = Math.ceil(width / 8);
  const bits = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    for (let byte = 0; byte < rowBytes; byte++) {
      let eight = 0;
      for (let x = 8 * byte; x < 8 * byte + 8; x++) {
        eight = (eight << 1) | (x < width && (grey[y * width + x] ?? 0) > 127 ? 1 : 0);
      }
      bits[y * rowBytes + byte] = eight;
    }
  }
  return bits;
}
