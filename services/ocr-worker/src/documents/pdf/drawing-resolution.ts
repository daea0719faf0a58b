import { OrderFailure } from "../../failure.ts";
import { checkPixels, type DocumentLimits } from "../../limits.ts";
import type { Size } from "./image-stream.ts";
import type { PageObjects } from "./page-objects.ts";

/**
 * The resolution of a page that is not a scan, in dots per inch. `least` is used if the page would otherwise
 * have too many pixels.
 */
const drawingDpi = { usual: 300, least: 150 };
/** Limits for scans, which are drawn at their own resolution. */
const scanDpi = { least: 72, most: 400 };
/** A page is a scan if its images cover at least this share of it. */
const scanShare = 0.5;
/**
 * An image counts if its area is at least this share of the largest image's. Smaller images are logos and
 * stamps.
 */
const countedShare = 0.1;
/** A page with fewer lines and curves than this has only frames and rules. */
const drawnLetters = 100;

/**
 * Returns dots per inch within the pixel limit. A page that shows only a scan gets the scan's own resolution.
 */
export function drawingResolution(
  inches: Size,
  objects: PageObjects,
  hasMasks: boolean,
  limits: DocumentLimits,
): number {
  const wanted = wantedResolution(inches, objects, hasMasks);
  const fitting = Math.sqrt(limits.pixels / areaOf(inches));
  const least = Math.min(wanted, drawingDpi.least);
  const { width, height } = pixelsOf(inches, least);
  if (fitting < least) checkPixels(width, height, limits);
  return Math.round(Math.min(wanted, fitting) * 1e4) / 1e4;
}

export function pixelsOf({ width, height }: Size, dpi: number): Size {
  return { width: Math.max(1, Math.round(width * dpi)), height: Math.max(1, Math.round(height * dpi)) };
}

/**
 * A scan is drawn at the resolution of its finest image. Text, fine masks and letters drawn as curves need at
 * least the usual resolution.
 */
function wantedResolution(inches: Size, { images, texts, segments }: PageObjects, hasMasks: boolean): number {
  const covered = images.reduce((sum, { area }) => sum + area, 0);
  if (covered < areaOf(inches) * scanShare) return drawingDpi.usual;
  const largest = images.reduce((most, { area }) => Math.max(most, area), 0);
  const counted = images.filter(({ area }) => area >= largest * countedShare);
  const finest = counted.reduce(
    (most, { width, height, area }) => Math.max(most, Math.sqrt((width * height) / area)),
    0,
  );
  const hasText = [...texts.values()].some(({ isPainted }) => isPainted);
  const isFine = hasText || hasMasks || segments >= drawnLetters;
  return Math.max(isFine ? drawingDpi.usual : scanDpi.least, Math.min(scanDpi.most, finest));
}

function areaOf({ width, height }: Size): number {
  if (width > 0 && height > 0) return width * height;
  throw new OrderFailure("page_damaged");
}
