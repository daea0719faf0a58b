import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Operation } from "@orbital-witness/common/results/corrections/operations.ts";
import { blockOf, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { pageOf, temporaryResults } from "../page-result.ts";
import { likenessOf } from "./likeness.ts";
import { bitonalPdf, hybridPdf, signedPdf } from "./odd-pdfs.ts";
import { pictureOf, renderers } from "./rendering.ts";
import { checkPdf, installDebian, pdfText } from "./result-readers.ts";
import { clause, keptOf, richPdf } from "./rich-pdf.ts";
import { type ReadPage, writtenPdf } from "./written-pdf.ts";

const { results } = await temporaryResults();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-kept-"));
afterAll(() => rm(folder, { recursive: true }));
let missing: string | undefined;
beforeAll(async () => {
  missing = (await installDebian("pdftoppm", "poppler-utils")) ?? (await installDebian("qpdf", "qpdf"));
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

/** A page on which recognition found one word. */
function readPage(page: number, text: string): ReadPage {
  const word: Word = { text, box: [100, 100, 200, 120], source: "ocr", confidence: 90 };
  const { width, height } = pageOf(page);
  const result = { ...pageOf(page), preparation: [], blocks: [blockOf([lineOf([word])])] };
  return { result, parts: { image: { width, height }, streams: [] } };
}
const pages = [readPage(1, "Recognised"), readPage(2, "Likewise")];

/** All pages look the same in all renderers, and have the same text with the recognised words. */
async function expectSame({ source, pdf }: { source: string; pdf: string }, count: number) {
  await checkPdf(pdf);
  for (let page = 1; page <= count; page++) {
    for (const [name, render] of Object.entries(renderers)) {
      const [before, after] = [await render(source, page, 72), await render(pdf, page, 72)];
      const { structure, colour } = likenessOf(await pictureOf(sharp(before)), await pictureOf(sharp(after)));
      expect([structure, colour], `${name}, page ${page}`).toEqual([1, 0]);
    }
    const range = ["-f", String(page), "-l", String(page)];
    const words = async (file: string) => (await pdfText(file, ...range)).split(/\s+/).filter(Boolean).sort();
    const added = pages[page - 1]?.result.blocks[0]?.lines[0]?.words[0]?.text ?? "";
    expect(await words(pdf)).toEqual([...(await words(source)), added].sort());
  }
}

const qpdf =
  (...options: string[]) =>
  async (bytes: Buffer) => {
    const [from, to] = [path.join(folder, "from.pdf"), path.join(folder, "to.pdf")];
    await writeFile(from, bytes);
    await execa("qpdf", [...options, from, to]);
    return readFile(to);
  };

/** In a form that does not depend on how strings are spelled and streams are compressed. */
const plain = qpdf("--decrypt", "--qdf", "--object-streams=disable");

const kinds: [string, boolean, (bytes: Buffer) => Promise<Buffer>, boolean][] = [
  ["with a cross-reference table", false, async (bytes) => bytes, true],
  ["with a cross-reference stream", true, async (bytes) => bytes, true],
  ["that is linearized", true, qpdf("--linearize"), true],
  ["with an empty user password", false, qpdf("--encrypt", "", "owner", "256", "--"), false],
];

test.each(kinds)("a PDF %s stays as it is", async (_, useObjectStreams, change, isPrefix) => {
  const bytes = await change(await richPdf({ useObjectStreams }));
  const files = await writtenPdf(results, folder, bytes, pages);
  const after = await readFile(files.pdf);
  if (isPrefix) expect(after.subarray(0, bytes.length).equals(bytes)).toBe(true);
  expect(await keptOf(await plain(after))).toEqual(await keptOf(await plain(bytes)));
  await expectSame(files, 2);
  expect(await pdfText(files.pdf)).toContain(clause);
});

test("corrected words replace recognised ones, and stand beside words of the document itself", async () => {
  const bytes = hybridPdf();
  const { result, parts } = readPage(1, "Rocegnised");
  const own: Word = { text: "seal", box: [100, 200, 160, 220], source: "text_layer" };
  const read = { ...result, blocks: [...result.blocks, blockOf([lineOf([own])])] };
  const operations: Operation[] = [
    { op: "replace", word: 0, text: "Recognised" },
    { op: "replace", word: 1, text: "sealed" },
  ];
  const files = await writtenPdf(results, folder, bytes, [{ result: read, parts, operations }]);
  await checkPdf(files.pdf);
  const words = async (file: string) => (await pdfText(file)).split(/\s+/).filter(Boolean).sort();
  expect(await words(files.pdf)).toEqual([...(await words(files.source)), "Recognised", "sealed"].sort());
});

test("a hybrid-reference file stays as it is", async () => {
  const bytes = hybridPdf();
  const files = await writtenPdf(results, folder, bytes, pages.slice(0, 1));
  const after = await readFile(files.pdf);
  expect(after.subarray(0, bytes.length).equals(bytes)).toBe(true);
  await expectSame(files, 1);
  expect(await pdfText(files.pdf)).toContain(clause);
});

test.each(["as it came", "encrypted"])("JBIG2 and CCITT data of a PDF %s stay as they are", async (name) => {
  const { pdf: bytes, streams } = await bitonalPdf();
  const isPlain = name === "as it came";
  const source = isPlain ? bytes : await qpdf("--encrypt", "", "owner", "256", "--")(bytes);
  const files = await writtenPdf(results, folder, source, pages.slice(0, 1));
  const after = await readFile(files.pdf);
  for (const [kind, stream] of Object.entries(streams)) expect(after.includes(stream), kind).toBe(true);
  expect(after.length).toBeLessThan(source.length + 20_000);
  await expectSame(files, 1);
});

test("a signature stays valid for the revision that it signed", async () => {
  const bytes = await signedPdf(folder);
  const files = await writtenPdf(results, folder, bytes, pages.slice(0, 1));
  await expectSame(files, 1);
  const signatures = async (file: string) => (await execa("pdfsig", ["-nocert", file])).stdout;
  expect(await signatures(files.source)).toContain("Signature is Valid");
  expect(await signatures(files.source)).toContain("- Total document signed");
  expect(await signatures(files.pdf)).toContain("Signature is Valid");
  expect(await signatures(files.pdf)).toContain("Not total document signed");
});
