import path from "node:path";
import sharp from "sharp";
import { projectFolder } from "../../../commands/stack/project.ts";

/** A lease and, in the other places, a plan, which has little text: reading twelve leases takes minutes. */
const lease = "OW12345678/lease.png";
const plan = "AB123456/title_plan.png";
const columns = 4;
const rows = 3;
const page = { width: 2500, height: 3333 };
export const size = { width: columns * page.width, height: rows * page.height };

/** A picture of 100 megapixels, 4 x 3 pages of the samples, whose small letters need its full size. */
export async function largePicture(): Promise<Buffer> {
  const scaled = (sample: string) =>
    sharp(path.join(projectFolder, "samples", "scans", sample))
      .resize({ ...page, fit: "fill" })
      .greyscale()
      .png()
      .toBuffer();
  const [text, drawing] = await Promise.all([scaled(lease), scaled(plan)]);
  const placed = Array.from({ length: columns * rows }, (_, place) => ({
    input: place === 5 ? text : drawing,
    left: (place % columns) * page.width,
    top: Math.floor(place / columns) * page.height,
  }));
  const { data } = await sharp({ create: { ...size, channels: 3, background: "white" } })
    .composite(placed)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { ...size, channels: 3 }, limitInputPixels: false })
    .greyscale()
    .withDensity(300)
    .jpeg({ quality: 85 })
    .toBuffer();
}
