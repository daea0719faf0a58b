import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";

const deflated = promisify<Uint8Array, Buffer>(deflate);

const headerBytes = 128;
/** The classes of profiles that PDF allows for images (ISO 32000-1, 8.6.5.5). */
const classes: ReadonlySet<string> = new Set(["scnr", "mntr", "prtr", "spac"]);
const components: Readonly<Record<string, number>> = { GRAY: 1, "RGB ": 3, CMYK: 4 };
const devices: Readonly<Record<number, string>> = { 1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK" };

/** `name`: PDF source. `profile`: the stream that it refers to, by `profileIndex`. */
export type ColourSpace = { name: string; profile?: PdfStream };

/** The position of the ICC profile among a page's streams. */
export const profileIndex = 2;

/**
 * Returns the colour space of an image with this number of components: that of its ICC profile, or the
 * device's if there is no profile or if it has other components. Undefined if PDF has no colour space for
 * them.
 */
export async function colourSpaceOf(
  icc: Buffer | undefined,
  colours: number,
): Promise<ColourSpace | undefined> {
  const device = devices[colours];
  if (!device || !icc || !isFor(icc, colours)) return device ? { name: device } : undefined;
  const profile = {
    entries: `/N ${colours} /Alternate ${device} /Filter /FlateDecode`,
    content: await deflated(icc),
  };
  return { name: `[/ICCBased {{stream ${profileIndex}}}]`, profile };
}

/** Checks the profile's header (ICC.1:2022, 7.2). */
function isFor(icc: Buffer, colours: number): boolean {
  if (icc.length < headerBytes || icc.readUInt32BE(0) > icc.length) return false;
  const field = (at: number) => icc.toString("latin1", at, at + 4);
  return field(36) === "acsp" && classes.has(field(12)) && components[field(16)] === colours;
}
