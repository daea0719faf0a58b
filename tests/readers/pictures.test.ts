import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { writePreparedPdf } from "../../services/order-api/src/results/pdf/new-pdf.ts";
import { clauses, drawPage } from "../drawn-page.ts";
import { pageOf, temporaryResults } from "../page-result.ts";
import { completedOrder } from "../redis/sample-order.ts";
import { damaged } from "./damaged.ts";
import { type Likeness, likenessOf } from "./likeness.ts";
import { pictureOf, type Render, renderers } from "./rendering.ts";
import { installDebian } from "./result-readers.ts";

const dpi = 150;
/** The likeness that remains after JPEG compression and the scaling of renderers. */
const bound = { structure: 0.8, colour: 16 };

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
const edging = `<rect x="90" y="500" width="600" height="300" fill="none" stroke="red" stroke-width="9"/>`;
const page = await drawPage(clauses, { width, height }, edging).removeAlpha().png().toBuffer();

/** How much the rendered PDF of the page with this picture looks like the source. */
async function likeness(render: Render, picture: Buffer): Promise<Likeness> {
  const order = completedOrder(1);
  await results.savePage(order, pageOf(1, [[["This", "LEASE"]]]), picture);
  const file = path.join(folder, `${order.order_id}.pdf`);
  await writeFile(file, writePreparedPdf(resultDocument(results, order, order)));
  return likenessOf(await pictureOf(sharp(page)), await pictureOf(sharp(await render(file, 1, dpi))));
}

describe.each(Object.entries(renderers))("the prepared page that %s renders", (_, render) => {
  test("looks like the page as it was read", async () => {
    const { structure, colour } = await likeness(render, page);
    expect(structure).toBeGreaterThan(bound.structure);
    expect(colour).toBeLessThan(bound.colour);
  });

  test.each(["garbled", "shifted", "turned"] as const)("is found to be %s", async (damage) => {
    const { structure } = await likeness(render, await damaged[damage](sharp(page)));
    expect(structure).toBeLessThan(bound.structure);
  });

  test("is found to be grey though the page has colours", async () => {
    const { colour } = await likeness(render, await damaged.grey(sharp(page)));
    expect(colour).toBeGreaterThan(bound.colour);
  });
});
