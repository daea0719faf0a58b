import { OrderFailure } from "../../failure.ts";
import { checkPixels, type DocumentLimits } from "../../limits.ts";
import type { Size } from "./image-stream.ts";
import type { PageObjects } from "./page-objects.ts";

/** How a page is drawn, in dots per inch: `least` where it would have too many pixels otherwise. */
const drawingDpi = { usual: 300, least: 150 };
/** Of scans, which are drawn as they were scanned. */
const scanDpi = { least: 72, most: 400 };
/** From this share of a page on, its images make it a scan. */
const scanShare = 0.5;
/** Of the largest image, the area of another that counts: smaller ones are logos and stamps. */
const countedShare = 0.1;
/** Fewer lines and curves are frames and rules. */
const drawnLetters = 100;

/** Dots per inch: a scan's own where it is all that there is on a page, and within the limit of pixels. */
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
 * A scan is drawn as its finest image is; text, fine masks and letters that are drawn as curves need the
 * usual.
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
