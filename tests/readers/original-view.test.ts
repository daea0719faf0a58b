import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { degrees, PDFDocument, PDFName, PDFNumber, type PDFPage, rgb } from "@cantoo/pdf-lib";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { characterErrorRate } from "../../samples/scoring/character-error-rate.ts";
import { drawTiff, rawPdf } from "../documents.ts";
import { clauses, drawPage } from "../drawn-page.ts";
import { temporaryResults } from "../page-result.ts";
import { leaseText } from "../scan.ts";
import { likenessOf } from "./likeness.ts";
import { Reading } from "./reading.ts";
import { pictureOf, type Render, renderers } from "./rendering.ts";
import { checkPdf, installDebian, pdfWords } from "./result-readers.ts";

const dpi = 150;
const mostAddedBytes = 30_000;
const bound = { structure: 0.85, colour: 16 };

const { results } = await temporaryResults();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-original-"));
const reading = new Reading(results, folder);
afterAll(async () => {
  await reading.close();
  await rm(folder, { recursive: true });
});
let missing: string | undefined;
beforeAll(async () => {
  missing = (await installDebian("pdftoppm", "poppler-utils")) ?? (await installDebian("qpdf", "qpdf"));
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

const truth = clauses.join("\n");
const [width, height] = [1000, 700];
const edging = `<rect x="60" y="480" width="500" height="150" fill="none" stroke="red" stroke-width="9"/>`;
const scan = await drawPage(clauses, { width, height }, edging)
  .withMetadata({ density: 150 })
  .png()
  .toBuffer();

/** The words that viewers find on the page, with their boxes in points. */
async function wordsIn(pdf: string) {
  const [words = []] = await pdfWords(pdf);
  return words;
}

/** The result looks like the source in all renderers, has the same text, and is hardly larger. */
async function expectLike(
  picture: (render: Render) => Promise<Buffer>,
  { source, pdf }: { source: string; pdf: string },
) {
  await checkPdf(pdf);
  for (const [name, render] of Object.entries(renderers)) {
    const shown = await render(pdf, 1, dpi);
    const { structure, colour } = likenessOf(
      await pictureOf(sharp(await picture(render))),
      await pictureOf(sharp(shown)),
    );
    expect(structure, name).toBeGreaterThan(bound.structure);
    expect(colour, name).toBeLessThan(bound.colour);
    expect(characterErrorRate(truth, await reading.textOf(shown)), name).toBeLessThan(0.02);
  }
  const [before, after] = [await readFile(source), await readFile(pdf)];
  expect(after.length).toBeLessThan(before.length + mostAddedBytes);
}

/** The scan as a page of a PDF. */
async function scannedPdf(change: (page: PDFPage) => void = () => {}): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  const size = { width: (width * 72) / dpi, height: (height * 72) / dpi };
  const page = pdf.addPage([size.width + 40, size.height + 60]);
  page.drawImage(await pdf.embedPng(scan), { x: 20, y: 30, ...size });
  page.setCropBox(20, 30, size.width, size.height);
  change(page);
  return Buffer.from(await pdf.save());
}

test("a coloured scan is shown unchanged, and the text lies over its words", async () => {
  const files = await reading.read(scan);
  await expectLike(async () => scan, files);
  const [first] = await wordsIn(files.pdf);
  // As `drawPage` places it, in points.
  expect(first?.text).toBe("This");
  const [left = 0, , , bottom = 0] = first?.box ?? [];
  expect(Math.abs((left * dpi) / 72 - 84)).toBeLessThan(6);
  expect(Math.abs((bottom * dpi) / 72 - 84)).toBeLessThan(10);
});

test("a born-digital PDF keeps its bytes, and no text is added twice", async () => {
  const pdf = await PDFDocument.create();
  const page = pdf.addPage([400, 200]);
  for (const [index, clause] of clauses.entries())
    page.drawText(clause, { x: 30, y: 170 - 20 * index, size: 11 });
  page.drawRectangle({ x: 20, y: 40, width: 300, height: 20, borderColor: rgb(1, 0, 0), borderWidth: 3 });
  const bytes = Buffer.from(await pdf.save());
  const files = await reading.read(bytes);
  expect((await readFile(files.pdf)).subarray(0, bytes.length).equals(bytes)).toBe(true);
  await expectLike((render) => render(files.source, 1, dpi), files);
  expect((await wordsIn(files.pdf)).map(({ text }) => text)).toEqual(truth.split(/\s+/));
});

test("text lies over the words for every rotation and unit; a sideways page is shown upright", async () => {
  const upright = await wordsIn((await reading.read(await scannedPdf())).pdf);
  expect(upright.map(({ text }) => text).join(" ")).toContain("This lease is dated");
  const changes: [string, (page: PDFPage) => void, number][] = [
    ["on its side", (page) => page.setRotation(degrees(90)), 1],
    ["upside down", (page) => page.setRotation(degrees(180)), 1],
    ["a unit of two points", (page) => page.node.set(PDFName.of("UserUnit"), PDFNumber.of(2)), 1],
  ];
  for (const [name, change, scale] of changes) {
    const { pdf } = await reading.read(await scannedPdf(change));
    await checkPdf(pdf);
    const words = await wordsIn(pdf);
    expect(
      words.map(({ text }) => text),
      name,
    ).toEqual(upright.map(({ text }) => text));
    const [left = 0, top = 0] = words[0]?.box ?? [];
    const [expectedLeft = 0, expectedTop = 0] = upright[0]?.box ?? [];
    expect(Math.abs(left - scale * expectedLeft), name).toBeLessThan(2);
    expect(Math.abs(top - scale * expectedTop), name).toBeLessThan(2);
    const shown = await pictureOf(sharp(await renderers.PDFium(pdf, 1, dpi)));
    if (name !== "a unit of two points") {
      expect(likenessOf(await pictureOf(sharp(scan)), shown).structure, name).toBeGreaterThan(
        bound.structure,
      );
    }
  }
});

test("encrypted, linearized and damaged PDFs, and PDFs with object streams, are shown", async () => {
  const plain = path.join(folder, "plain.pdf");
  await writeFile(plain, await scannedPdf());
  const made = (name: string) => path.join(folder, name);
  await execa("qpdf", ["--encrypt", "", "owner", "256", "--", plain, made("encrypted")]);
  await execa("qpdf", ["--linearize", "--object-streams=generate", plain, made("linearized")]);
  await execa("qpdf", ["--object-streams=disable", plain, made("table")]);
  const table = await readFile(made("table"));
  const damaged = table.toString("latin1").replace(/startxref\n\d+/, "startxref\n7");
  await writeFile(made("damaged"), damaged, "latin1");
  for (const name of ["encrypted", "linearized", "damaged"]) {
    const files = await reading.read(await readFile(made(name)));
    await checkPdf(files.pdf);
    expect((await wordsIn(files.pdf)).map(({ text }) => text).join(" "), name).toContain(
      "This lease is dated",
    );
    const shown = await pictureOf(sharp(await renderers.PDFium(files.pdf, 1, dpi)));
    expect(likenessOf(await pictureOf(sharp(scan)), shown).structure, name).toBeGreaterThan(bound.structure);
  }
});

test("invisible text is left out, and a form's value is shown and remains a form field", async () => {
  const pdf = await PDFDocument.create();
  const page = pdf.addPage([400, 200]);
  for (const [index, clause] of clauses.entries())
    page.drawText(clause, { x: 30, y: 170 - 20 * index, size: 11 });
  page.drawText("Nobody sees this", { x: 30, y: 20, size: 11, color: rgb(1, 1, 1) });
  const field = pdf.getForm().createTextField("name");
  field.setText("Quigley");
  field.addToPage(page, { x: 250, y: 20, width: 100, height: 20 });
  for (const widget of field.acroField.getWidgets()) widget.dict.delete(PDFName.of("AP"));
  const { pdf: file } = await reading.read(await pdf.save({ updateFieldAppearances: false }));
  await checkPdf(file);
  const words = (await wordsIn(file)).map(({ text }) => text);
  expect(words.filter((text) => text === "Quigley")).toHaveLength(1);
  expect(words).not.toContain("Nobody");
  const kept = await PDFDocument.load(await readFile(file));
  expect(kept.getForm().getTextField("name").getText()).toBe("Quigley");
});

test("the pages of a TIFF are shown unchanged", async () => {
  const tiff = await drawTiff([leaseText], { compression: "ccittfax4", bitdepth: 1 });
  const { pdf } = await reading.read(tiff);
  await checkPdf(pdf);
  expect((await wordsIn(pdf)).map(({ text }) => text).join(" ")).toBe(leaseText);
  const shown = await pictureOf(sharp(await renderers.Poppler(pdf, 1, 300)));
  expect(likenessOf(await pictureOf(sharp(tiff)), shown).structure).toBeGreaterThan(bound.structure);
});

test("hidden text that cannot be removed is a warning of its page", async () => {
  const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
  // PDFium shows the last operand of an operator, which is empty.
  const odd = "BT /F 12 Tf (odd) () Tj ET BT /F 12 Tf 3 Tr 20 50 Td (Nobody sees this) Tj ET";
  const bytes = rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font " +
      "<< /F 5 0 R >> >> >>",
    { dictionary: "", stream: Buffer.from(`BT /F 12 Tf 20 150 Td (This lease is dated) Tj ET ${odd}`) },
    font,
  );
  const { result, pdf } = await reading.read(bytes);
  expect(result.warnings).toEqual(["hidden_text_kept"]);
  expect(textOf(result)).toBe("This lease is dated\n");
  await checkPdf(pdf);
});
