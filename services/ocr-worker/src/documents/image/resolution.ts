import { type Resolution, readTiffPages } from "./tiff.ts";

const inchesPerMetre = 39.37007874;
const centimetresPerInch = 2.54;
/** Units of a JFIF header (ITU T.871). */
const perInch = 1;
const perCentimetre = 2;

/**
 * The resolution of a PNG from its pHYs chunk, and of a JPEG from its JFIF or Exif header. sharp returns only
 * the resolution across.
 */
export function imageResolution(bytes: Buffer, exif: Buffer | undefined): Resolution {
  return pngResolution(bytes) ?? jfifResolution(bytes) ?? exifResolution(exif);
}

function pngResolution(bytes: Buffer): Resolution {
  if (bytes.toString("latin1", 1, 4) !== "PNG") return undefined;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    // The chunk must come before the pixels.
    if (type === "IDAT") return undefined;
    if (type !== "pHYs" || at + 17 > bytes.length || bytes[at + 16] !== 1) continue;
    return known(perMetre(bytes.readUInt32BE(at + 8)), perMetre(bytes.readUInt32BE(at + 12)));
  }
  return undefined;
}

/**
 * Converts pixels per metre, which a PNG stores as a whole number: 300 dots per inch are stored as 11811,
 * which is 299.9994.
 */
function perMetre(pixels: number): number {
  const whole = Math.round(pixels / inchesPerMetre);
  return Math.round(whole * inchesPerMetre) === pixels ? whole : pixels / inchesPerMetre;
}

/** The JFIF segment is always the first segment. */
function jfifResolution(bytes: Buffer): Resolution {
  if (bytes.length < 18 || bytes.readUInt32BE(0) !== 0xffd8ffe0) return undefined;
  if (bytes.toString("latin1", 6, 11) !== "JFIF\0") return undefined;
  const unit = bytes[13];
  if (unit !== perInch && unit !== perCentimetre) return undefined;
  const scale = unit === perCentimetre ? centimetresPerInch : 1;
  return known(bytes.readUInt16BE(14) * scale, bytes.readUInt16BE(16) * scale);
}

/** An Exif header is a small TIFF after six bytes. */
function exifResolution(exif: Buffer | undefined): Resolution {
  if (exif === undefined) return undefined;
  const start = exif.toString("latin1", 0, 4) === "Exif" ? 6 : 0;
  try {
    return readTiffPages(exif.subarray(start))[0]?.resolution;
  } catch {
    // A damaged header is no reason to refuse the picture.
    return undefined;
  }
}

function known(x: number, y: number): Resolution {
  return x > 0 && y > 0 ? { x, y } : undefined;
}
