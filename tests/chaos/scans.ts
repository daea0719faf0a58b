import { chmod, link, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { drawTiff } from "../documents.ts";
import { drawLine, leaseText } from "../scan.ts";
import type { DocumentKind, PlannedOrder } from "./plan.ts";
import type { ExpectedTexts } from "./verdict.ts";

const longLines = ["Page one of the lease", "Page two of the lease", "Page three of the lease"];

export const expectedTexts: ExpectedTexts = {
  good: `${leaseText}\n`,
  long: longLines.map((line) => `${line}\n`).join("\f"),
};

/** The bytes of each kind of document that exists. */
export type Scans = Readonly<Partial<Record<DocumentKind, Uint8Array<ArrayBuffer>>>>;

/**
 * Writes the documents of these orders to the folder that the router serves, except for those that the orders
 * bring. @returns the documents
 */
export async function makeScans(folder: string, orders: readonly PlannedOrder[]): Promise<Scans> {
  // The router runs as another user.
  await chmod(folder, 0o755);
  const good = path.join(folder, "good.png");
  const broken = path.join(folder, "broken.png");
  const long = path.join(folder, "long.tif");
  const png = new Uint8Array(await drawLine(leaseText).png().toBuffer());
  const scans = {
    good: png,
    long: new Uint8Array(await drawTiff(longLines)),
    broken: png.slice(0, png.length / 2),
  };
  await writeFile(good, scans.good);
  await writeFile(long, scans.long);
  await writeFile(broken, scans.broken);
  for (const { titleNumber, document, isUpload } of orders) {
    if (document === "missing" || isUpload) continue;
    await mkdir(path.join(folder, titleNumber));
    const scan = { good, long, broken }[document];
    await link(scan, path.join(folder, titleNumber, `lease${path.extname(scan)}`));
  }
  return scans;
}
