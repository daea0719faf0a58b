import { chmod, link, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import type { PlannedOrder } from "./plan.ts";

/** What every good scan says: short, so that it is the faults that take the time. */
export const scanText = "This lease is dated";

/** Fills the folder with the documents of these orders, as the router serves them. */
export async function makeScans(folder: string, orders: readonly PlannedOrder[]): Promise<void> {
  // The router is not the one who made it.
  await chmod(folder, 0o755);
  const good = path.join(folder, "good.png");
  const broken = path.join(folder, "broken.png");
  const png = await drawScan();
  await writeFile(good, png);
  await writeFile(broken, png.subarray(0, png.length / 2));
  for (const { titleNumber, document } of orders) {
    if (document === "missing") continue;
    await mkdir(path.join(folder, titleNumber));
    await link(document === "good" ? good : broken, path.join(folder, titleNumber, "lease.png"));
  }
}

export function drawScan(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="120"><rect width="100%" height="100%" fill="white"/>
    <text x="40" y="75" font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="40">${scanText}</text></svg>`;
  return sharp(Buffer.from(svg)).withMetadata({ density: 300 }).png().toBuffer();
}
