import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  claiming,
  damageTiff,
  drawTiff,
  encryptedPdf,
  inflatingPdf,
  makePdf,
  rawPdf,
  scanned,
} from "../documents.ts";
import { leaseText } from "../scan.ts";
import { FaultStack } from "./harness/fault-stack.ts";
import { Orders, outcomes } from "./harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);
let documents = 0;

/** Writes a document to the source's folder, and orders it. */
async function place(bytes: Uint8Array, extension: string): Promise<string> {
  const title = `DOC${++documents}`;
  const folder = path.join(stack.clone.folder, "documents", title);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `lease.${extension}`), bytes);
  return orders.place(title);
}

test.for<[string, string, () => Promise<Buffer>]>([
  ["a PDF of a scan", "pdf", () => makePdf(scanned(leaseText))],
  ["a TIFF of one bit, G4", "tif", () => drawTiff([leaseText], { compression: "ccittfax4", bitdepth: 1 })],
  ["a TIFF with the extension of a PDF", "pdf", () => drawTiff([leaseText])],
])("%s is read", async ([, extension, make]) => {
  const id = await place(await make(), extension);
  expect(await orders.ended(id)).toMatchObject({ status: "completed", reason: null });
  expect((await orders.result(id)).text).toBe(`${leaseText}\n`);
});

test("the pages of a TIFF are read, and a damaged page does not affect the others", async () => {
  const lines = ["The first page", "The second page", "The third page", "The fourth page"];
  const tiff = await drawTiff(lines, { compression: "deflate" });
  const id = await place(damageTiff(tiff, 1), "tif");
  const view = await orders.ended(id);
  expect(view).toMatchObject({ status: "completed", pages_failed: [{ page: 2, code: "page_damaged" }] });
  expect((await orders.result(id)).text).toBe("The first page\n\f\fThe third page\n\fThe fourth page\n");
});

test("a PDF with scripts and external references is read; nothing in it is run or fetched", async () => {
  const address = "http://source:8080/scans/SPY1/lease.pdf";
  const id = await place(curiousPdf(address), "pdf");
  expect(await orders.ended(id)).toMatchObject({ status: "completed" });
  expect((await orders.result(id)).text).toBe(`${leaseText}\n`);
  expect((await stack.source.requests()).filter(({ url }) => url?.includes("SPY1"))).toEqual([]);
});

// `document-kinds.ocr.test.ts` has the other kinds.
test.for<[string, string, string, () => Buffer | Promise<Buffer>]>([
  ["an encrypted PDF", "document_encrypted", "pdf", () => encryptedPdf()],
  ["a PDF whose image expands to a gigabyte", "page_too_large", "pdf", () => inflatingPdf()],
  ["a PNG that claims 30,000 x 30,000 pixels", "page_too_large", "png", () => claiming.PNG(30_000, 30_000)],
])("%s fails with %s, and the same workers serve the next", async ([, code, extension, make]) => {
  const processes = await stack.processes("ocr-worker");
  await failsAtOnce(await place(await make(), extension), code);
  expect((await orders.workersAtWork()).size).toBe(processes.length);
  expect(await stack.processes("ocr-worker")).toEqual(processes);
});

test("an answer of the source that expands to a gigabyte fails with document_inflates", async () => {
  await failsAtOnce(await orders.place("OW00000014"), "document_inflates");
});

test("a redirect within the source is followed", async () => {
  const id = await orders.place("OW00000020");
  expect(await orders.ended(id)).toMatchObject({ status: "completed" });
});

test.for([
  ["out of its base", "OW00000021"],
  ["to a container of the stack", "OW00000022"],
  ["to another scheme", "OW00000023"],
  ["to itself", "OW00000024"],
] as const)("a redirect %s fails with source_redirects", async ([, title]) => {
  await failsAtOnce(await orders.place(title), "source_redirects");
});

async function failsAtOnce(id: string, code: string): Promise<void> {
  const view = await orders.ended(id);
  expect(view).toMatchObject({ status: "failed", reason: { code, message: expect.stringMatching(/\w/) } });
  expect(outcomes(view)).toEqual(["failed"]);
}

/** A page of text with every kind of action that runs a script or fetches an address automatically. */
function curiousPdf(address: string): Buffer {
  const file = `<< /FS /URL /F (${address}) >>`;
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA << /WC 6 0 R /DS 7 0 R >> /Names << " +
      "/JavaScript << /Names [(s) 6 0 R] >> >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /AA << /O 7 0 R >>
      /Resources << /Font << /F 5 0 R >> /XObject << /I 8 0 R >> >> >>`,
    { dictionary: "", stream: Buffer.from(`BT /F 14 Tf 20 50 Td (${leaseText}) Tj ET`) },
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /S /JavaScript /JS (app.launchURL\\("${address}"\\); this.submitForm\\("${address}"\\);) >>`,
    `<< /S /URI /URI (${address}) /Next << /S /Launch /F ${file} >> >>`,
    { dictionary: `/Type /XObject /Subtype /Image /Width 1 /Height 1 /F ${file}`, stream: Buffer.alloc(0) },
  );
}
