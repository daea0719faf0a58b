import { rm } from "node:fs/promises";
import path from "node:path";
import { planChanges } from "@orbital-witness/common/results/corrections/plan-changes.ts";
import { blockOf, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { pageOf, pictureOf, temporaryResults } from "../../../../../tests/page-result.ts";
import { completedOrder } from "../../../../../tests/redis/sample-order.ts";
import { structureFormats } from "../structure/structure-formats.ts";
import { resultFormats } from "./formats.ts";
import { type DocumentPage, resultDocument } from "./result-document.ts";
import { writeText } from "./text.ts";

const { folder, results } = await temporaryResults();
const order = completedOrder(3);
const picture = await pictureOf(pageOf(1));

/** A document of three pages that counts how many were read. */
async function counted() {
  for (const number of [1, 2, 3]) {
    const page = pageOf(number, [[["page", String(number)]]]);
    await results.savePage(order, page, picture);
  }
  const document = resultDocument(results, order, order);
  let read = 0;
  async function* pages(): AsyncGenerator<DocumentPage> {
    for await (const page of document.pages()) {
      read++;
      yield page;
    }
  }
  return { document: { ...document, pages }, read: () => read };
}

const formats = Object.entries({ ...resultFormats, ...structureFormats });

test.each(formats)(
  "%s reads a page only when it is needed, and none after the reader has gone",
  async (_, { write }) => {
    const { document, read } = await counted();
    const parts = write(document)[Symbol.asyncIterator]();
    expect(read()).toBe(0);
    while (read() < 2) await parts.next();
    await parts.return(undefined);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
    expect(read()).toBe(2);
  },
);

test.each(formats)("%s is the same each time", async (_, { write }) => {
  const once = await whole(write((await counted()).document));
  expect(once.equals(await whole(write((await counted()).document)))).toBe(true);
});

test.each(formats)("%s passes on an error of reading a page", async (_, { write }) => {
  const { document } = await counted();
  const broken = new Error("EIO");
  async function* pages(): AsyncGenerator<DocumentPage> {
    yield { page: 1, result: pageOf(1, [[["page"]]]) };
    throw broken;
  }
  await expect(whole(write({ ...document, pages }))).rejects.toBe(broken);
});

test.each(formats)("%s fails at a page whose file is gone", async (_, { write }) => {
  const { document } = await counted();
  await rm(path.join(folder, order.order_id, "1", "pages", "3.json.gz"));
  await expect(whole(write(document))).rejects.toThrow("page 3 of the result is gone");
});

test("hocr: a reason cannot end its comment", async () => {
  const { document } = await counted();
  async function* pages(): AsyncGenerator<DocumentPage> {
    yield { page: 1, error: { code: "page_damaged", message: "<--- --> ----" } };
  }
  const hocr = String(await whole(resultFormats.hocr.write({ ...document, pages })));
  expect(hocr).toContain("<!-- page 1: &lt;- - - - -&gt; - - - - -->\n</body>");
});

test("a corrected word has no confidence, and ALTO says that it was corrected", async () => {
  const { document } = await counted();
  await results.saveCorrection(order, {
    ...{ page: 2, revision: 1, corrected_ms: 1, user_id: 1 },
    changes: planChanges(pageOf(2, [[["page", "2"]]]), [{ op: "replace", word: 1, text: "two" }]),
  });
  const written = async (name: "txt" | "tsv" | "hocr" | "alto.xml") =>
    String(await whole(resultFormats[name].write(document)));
  expect(await written("txt")).toBe("page 1\n\fpage two\n\fpage 3\n");
  expect(await written("tsv")).toMatch(/\t-1\ttwo\n/);
  expect(await written("hocr")).toMatch(/title="bbox [\d ]+">two</);
  expect(await written("alto.xml")).toMatch(
    /<String ID="string_2_1_1_2" [^>]*HEIGHT="30" CS="true" CONTENT="two"\/>/,
  );
  expect(await whole(writeText(resultDocument(results, order, order, [], new Map())))).toEqual(
    Buffer.from("page 1\n\fpage 2\n\fpage 3\n"),
  );
});

test("hOCR and ALTO state the counter-clockwise rotation of text", async () => {
  const { document } = await counted();
  async function* pages(): AsyncGenerator<DocumentPage> {
    const word: Word = { text: "page", box: [5, 5, 9, 40], source: "text_layer", direction: 90 };
    yield { page: 1, result: { ...pageOf(1), blocks: [blockOf([lineOf([word])])] } };
  }
  expect(String(await whole(resultFormats.hocr.write({ ...document, pages })))).toContain(
    'title="bbox 5 5 9 40; textangle 270"',
  );
  expect(String(await whole(resultFormats["alto.xml"].write({ ...document, pages })))).toContain(
    'HEIGHT="35" ROTATION="270"',
  );
});

async function whole(content: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
