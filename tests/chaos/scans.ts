import { chmod, link, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { drawLine, leaseText } from "../scan.ts";
import type { PlannedOrder } from "./plan.ts";

/** Fills the folder with the documents of these orders, as the router serves them. */
export async function makeScans(folder: string, orders: readonly PlannedOrder[]): Promise<void> {
  // The router is not the one who made it.
  await chmod(folder, 0o755);
  const good = path.join(folder, "good.png");
  const broken = path.join(folder, "broken.png");
  const png = await drawLine(leaseText).png().toBuffer();
  await writeFile(good, png);
  await writeFile(broken, png.subarray(0, png.length / 2));
  for (const { titleNumber, document } of orders) {
    if (document === "missing") continue;
    await mkdir(path.join(folder, titleNumber));
    await link(document === "good" ? good : broken, path.join(folder, titleNumber, "lease.png"));
  }
}
