import type { Look } from "./scan.ts";
import type { Sheet } from "./sheet.ts";

/** The content of a sample page, and how it is scanned and saved. */
export type Page = Readonly<{
  draw: (sheet: Sheet) => void;
  look: Look;
  typewriter?: boolean;
  /** JPEG quality. PNG pages are saved in 16 shades. */
  quality?: number;
}>;

export const white = [246, 246, 246] as const;
export const cream = [247, 242, 228] as const;

/** The line at the foot of every page, so that nobody mistakes it for a real document. */
export const specimenNote = "Specimen page drawn for testing. All names and places are invented.";
