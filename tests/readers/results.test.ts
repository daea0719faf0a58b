import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import {
  blockOf,
  lineOf,
  type PageResult,
  textOf,
  type Word,
  wordsOf,
} from "@orbital-witness/common/results/page-result.ts";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { resultFormats } from "../../services/order-api/src/results/formats/formats.ts";
import { resultSchema } from "../../services/order-api/src/results/formats/json.ts";
import { resultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { pageOf, pictureOf, temporaryResults } from "../page-result.ts";
import { completedOrder } from "../redis/sample-order.ts";
import { checkPdf, pdfLines, pdfWords, ResultReaders } from "./result-readers.ts";

const { results } = await temporaryResults();
const picture = await pictureOf(pageOf(1));
let readers: ResultReaders;

beforeAll(async () => {
  readers = await ResultReaders.install();
});
afterAll(() => readers.remove());
beforeEach(({ skip }) => {
  if (readers.missing !== undefined) skip(readers.missing);
});

/** A folder with `result.*` of a document with these pages; undefined for a page that could not be read. */
async function written(pages: (PageResult | undefined)[]) {
  const order = completedOrder(pages.length);
  const reason = { code: "page_too_slow", message: 'took "too" long' };
  const failures = pages.map((_, index): PageEnd => ({ page: index + 1, outcome: "failed", reason }));
  for (const page of pages) if (page) await results.savePage(order, page, picture);
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-written-"));
  for (const [suffix, format] of Object.entries(resultFormats)) {
    await writeFile(
      path.join(folder, `result.${suffix}`),
      format.write(resultDocument(results, order, order, failures)),
    );
  }
  await results.removeOrder(order.order_id);
  return {
    pdf: path.join(folder, "result.pdf"),
    hocr: path.join(folder, "result.hocr"),
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const lease = pageOf(1, [
  [
    ["This", "LEASE", "is", "made", "–", "£1"],
    ["<a>", "&amp;", "--", '"it\'s"', "\\(x)", "]]>"],
    ["Tŷ", "Dŵr", "Ελλάς", "😀👍"],
    ["שלום", "עולם"],
  ],
  [["2021"]],
]);
const signature = pageOf(4, [[["signed"]]]);
const sample = [lease, pageOf(2), undefined, fromTextLayer(signature)];

/** The expected words by page, as the formats' readers return them. */
function wordsByPage(pages: (PageResult | undefined)[], confidence: (word: Word) => number | null) {
  const found = pages.flatMap((page) => (page ? [page] : []));
  const ofWord = (word: Word) => [word.text, word.box, confidence(word)];
  return Object.fromEntries(found.map((page) => [page.page, wordsOf(page).map(ofWord)]));
}

/** A page whose words come from the document's text layer. */
function fromTextLayer(page: PageResult): PageResult {
  const words = wordsOf(page).map(({ text, box }): Word => ({ text, box, source: "text_layer" }));
  return { ...page, source: "text_layer", confidence: null, blocks: [blockOf([lineOf(words)])] };
}

const linesOf = (page: PageResult) => textOf(page).split("\n").filter(Boolean);

test("valid ALTO, hOCR and TSV have the words, boxes and confidences of each page", async () => {
  await using document = await written(sample);
  const { alto, hocr, tsv } = await readers.read(document.folder);
  const of = (form: (confidence: number) => number, none: number | null) =>
    wordsByPage(sample, ({ confidence }) => (confidence === undefined ? none : form(confidence)));
  expect(tsv).toEqual(of((confidence) => confidence, -1));
  expect(hocr).toEqual(of(Math.round, null));
  // The page that could not be read is present, without words.
  expect(alto).toEqual({ ...of((confidence) => confidence / 100, null), 3: [] });
});

test("hocr-check finds no fault in the hOCR", async () => {
  await using document = await written(sample);
  expect(await readers.hocrComplaints(document.hocr, { overlaps: false })).toEqual([]);
  await using alone = await written([lease]);
  expect(await readers.hocrComplaints(alone.hocr, { overlaps: true })).toEqual([]);
});

test("the PDF is valid, and copying it gives the lines in order and the words separated", async () => {
  await using document = await written(sample);
  await checkPdf(document.pdf);
  const [first, second, third = [], fourth] = await pdfLines(document.pdf);
  // Right-to-left text is in reading order.
  expect(first).toEqual(linesOf(lease).map((line) => line.replace("שלום עולם", "עולם שלום")));
  expect(second).toEqual([]);
  expect(third).toEqual(["Page 3 of this document could not be read.", 'took "too" long']);
  expect(fourth).toEqual(linesOf(signature));
});

test("the words of the PDF lie over their images", async () => {
  await using document = await written([lease]);
  const [words = []] = await pdfWords(document.pdf);
  const expected = wordsOf(lease);
  expect(words).toHaveLength(expected.length);
  for (const [index, { box }] of words.entries()) {
    for (const [edge, points] of box.entries()) {
      const pixels = expected[index]?.box[edge] ?? Number.NaN;
      expect(Math.abs((points * lease.dpi) / 72 - pixels), expected[index]?.text).toBeLessThan(1);
    }
  }
});

const word = (letters: string) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 });
/** Without hyphens, which pdftotext removes at the end of a line. */
const leftToRight = fc.oneof(
  word("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
  word("<&>\"';]\\()£€½–§.,"),
  word("âêîôûŵŷÂÊÎÔÛŴŶáéíóúẃýäëïöüẅÿ"),
  word("αβγδεζηθικλμνξοπρστυφχψωΩάέήίόύώς"),
  word([..."😀👍🏠🖋"].join("")),
);
/**
 * Each direction on a separate page: with both on one page, pdftotext changes neutral characters and spaces.
 */
const hebrew = word("אבגדהוזחטילםמןנסעפצקרשת");
const arabic = word("ابتثجحخدذرزسشصضطظعغفقكلمنهوي");
const rightToLeft = fc.oneof(hebrew, arabic);

/** Pages as `pageOf` draws them, each with words of one kind; undefined for a page that could not be read. */
function documents(...words: fc.Arbitrary<string>[]) {
  const pages = words.map((word) => {
    const line = fc.array(word, { minLength: 1, maxLength: 6 });
    const block = fc.array(line, { minLength: 1, maxLength: 4 });
    return fc.array(block, { maxLength: 4 });
  });
  return fc
    .array(fc.option(fc.oneof(...pages), { freq: 6 }), { minLength: 1, maxLength: 10 })
    .map((pages) => pages.map((blocks, index) => (blocks ? pageOf(index + 1, blocks) : undefined)));
}

test("every format has the same words for random documents", async () => {
  await fc.assert(
    fc.asyncProperty(documents(leftToRight, rightToLeft), async (pages) => {
      await using document = await written(pages);
      const found = await readers.read(document.folder);
      const lines = await pdfLines(document.pdf);
      const json = await jsonWords(document.folder);
      const text = (await readFile(path.join(document.folder, "result.txt"), "utf8")).split("\f");
      for (const [index, page] of pages.entries()) {
        const expected = page ? wordsOf(page).map(({ text }) => text) : [];
        for (const format of [found.alto, found.hocr, found.tsv]) {
          expect((format[index + 1] ?? []).map(([text]) => text)).toEqual(expected);
        }
        expect(json[index]).toEqual(expected);
        expect(text[index]?.split(/\s+/).filter(Boolean)).toEqual(expected);
        // Right-to-left text is in reading order, which differs from the order of our boxes.
        if (page)
          expect(lines[index]?.join(" ").split(" ").filter(Boolean).sort()).toEqual(expected.toSorted());
      }
    }),
    { numRuns: 8 },
  );
});

/** Any character except white space and those that XML does not allow. */
const anyWord = fc
  .string({ unit: "binary", minLength: 1, maxLength: 8 })
  .filter((text) => !/[\s\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}]/u.test(text));

test("ALTO, hOCR and TSV can hold every allowed character of a text layer", async () => {
  await fc.assert(
    fc.asyncProperty(documents(anyWord), async (pages) => {
      await using document = await written(pages);
      const { alto, hocr, tsv } = await readers.read(document.folder);
      await checkPdf(document.pdf);
      for (const page of pages.flatMap((page) => (page ? [page] : []))) {
        const expected = wordsOf(page).map(({ text }) => text);
        for (const format of [alto, hocr, tsv]) {
          expect((format[page.page] ?? []).map(([text]) => text)).toEqual(expected);
        }
      }
    }),
    { numRuns: 5 },
  );
});

test("characters that a format does not allow are removed or replaced", async () => {
  const words = ["a\u0000b", "c\ud800d", "e\ufffff", "g\th\ni", "\u001b"];
  await using document = await written([pageOf(1, [[words]])]);
  const { alto, hocr, tsv } = await readers.read(document.folder);
  const textsOf = (found: typeof alto) => (found[1] ?? []).map(([text]) => text);
  expect(textsOf(alto)).toEqual(["ab", "cd", "ef", "g h i", ""]);
  expect(textsOf(hocr).map((text) => text.replace(/\s/g, " "))).toEqual(["ab", "cd", "ef", "g h i", ""]);
  expect(textsOf(tsv)).toEqual(["a b", "c\ufffdd", "e\ufffff", "g h i", " "]);
  await checkPdf(document.pdf);
  expect((await jsonWords(document.folder))[0]).toEqual(words);
});

/** Pages in the documented shape. */
async function jsonWords(folder: string): Promise<string[][]> {
  const json = JSON.parse(await readFile(path.join(folder, "result.json"), "utf8"));
  return resultSchema
    .parse(json)
    .pages.map((page) => ("blocks" in page ? wordsOf(page).map(({ text }) => text) : []));
}
