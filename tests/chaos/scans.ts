import { chmod, link, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { drawTiff } from "../documents.ts";
import { drawLine, leaseText } from "../scan.ts";
import type { PlannedOrder } from "./plan.ts";
import type { ExpectedTexts } from "./verdict.ts";

const longLines = ["Page one of the lease", "Page two of the lease", "Page three of the lease"];

export const expectedTexts: ExpectedTexts = {
  good: `${leaseText}\n`,
  long: longLines.map((line) => `${line}\n`).join("\f"),
};

/** Writes the documents of these orders to the folder that the router serves. */
export async function makeScans(folder: string, orders: readonly PlannedOrder[]): Promise<void> {
  // The router runs as another user.
  await chmod(folder, 0o755);
  const good = path.join(folder, "good.png");
  const broken = path.join(folder, "broken.png");
  const long = path.join(folder, "long.tif");
  const png = await drawLine(leaseText).png().toBuffer();
  await writeFile(good, png);
  await writeFile(long, await drawTiff(longLines));
  await writeFile(broken, png.subarray(0, png.length / 2));
  for (const { titleNumber, document } of orders) {
    if (document === "missing") continue;
    await mkdir(path.join(folder, titleNumber));
    const scan = { good, long, broken }[document];
    await link(scan, path.join(folder, titleNumber, `lease${path.extname(scan)}`));
  }
}
