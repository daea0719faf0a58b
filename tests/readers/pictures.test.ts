import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { writePdf } from "../../services/order-api/src/results/pdf/write-pdf.ts";
import { clauses, drawPage } from "../drawn-page.ts";
import { pageOf, temporaryResults } from "../page-result.ts";
import { completedOrder } from "../redis/sample-order.ts";
import { likenessOf } from "./likeness.ts";
import { pictureOf, renderers } from "./rendering.ts";
import { installDebian } from "./result-readers.ts";

const dpi = 150;
/** The likeness that remains after JPEG compression and the scaling of renderers. */
const bound = { structure: 0.8, colour: 12 };

const { results } = await temporaryResults();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-pictures-"));
afterAll(() => rm(folder, { recursive: true }));
let missing: string | undefined;
beforeAll(async () => {
  missing = await installDebian("pdftoppm", "poppler-utils");
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

const { width, height } = pageOf(1);
const page = drawPage(clauses, { width, height });
const red = drawPage(
  clauses,
  { width, height },
  `<rect x="90" y="500" width="600" height="300" fill="none"
  stroke="red" stroke-width="9"/>`,
);

const turned = (picture: Sharp) => picture.clone().rotate(180);
const grey = (picture: Sharp) => picture.clone().toColourspace("b-w");
const shifted = (picture: Sharp) =>
  picture
    .clone()
    .extract({ left: 4, top: 0, width: width - 4, height })
    .extend({ right: 4, background: "white" });
const jpeg = async (picture: Sharp) => sharp(await picture.clone().jpeg({ quality: 50 }).toBuffer());
/** Rows of three bytes per pixel, shown as one byte per pixel. */
async function garbled(picture: Sharp): Promise<Sharp> {
  const data = await picture.clone().toColourspace("srgb").removeAlpha().raw().toBuffer();
  const raw = { width, height, channels: 1 } as const;
  return sharp(data.subarray(0, width * height), { raw });
}

describe("the check of pictures", () => {
  test.each([
    ["the same page as a JPEG", page, jpeg(page), true, true],
    ["a garbled page", page, garbled(page), false, true],
    ["a shifted page", page, shifted(page), false, true],
    ["a turned page", page, turned(page), false, true],
    ["a grey page for a coloured one", red, grey(red), true, false],
  ])("%s", async (_, source, shown, hasStructure, hasColour) => {
    const reencoded = sharp(await (await shown).png().toBuffer());
    const { structure, colour } = likenessOf(await pictureOf(source.clone()), await pictureOf(reencoded));
    expect([structure > bound.structure, colour < bound.colour], `${structure} ${colour}`).toEqual([
      hasStructure,
      hasColour,
    ]);
  });
});

test.each(Object.entries(renderers))("%s shows the prepared page as it was read", async (_, render) => {
  const order = completedOrder(1);
  const scan = await page.clone().toColourspace("b-w").png().toBuffer();
  await results.savePage(order, pageOf(1, [[["This", "LEASE"]]]), scan);
  const file = path.join(folder, `${order.order_id}.pdf`);
  await writeFile(file, writePdf(resultDocument(results, order, order, new Map())));
  const likeness = likenessOf(
    await pictureOf(page.clone()),
    await pictureOf(sharp(await render(file, 1, dpi))),
  );
  expect(likeness.structure).toBeGreaterThan(bound.structure);
  expect(likeness.colour).toBeLessThan(bound.colour);
});
