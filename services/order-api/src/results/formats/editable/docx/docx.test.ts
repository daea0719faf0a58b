import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { pageOf } from "../../../../../../../tests/page-result.ts";
import { completedOrder } from "../../../../../../../tests/redis/sample-order.ts";
import type { DocumentPage, ResultDocument } from "../../result-document.ts";
import { writeDocx } from "./docx.ts";

async function parts(pages: DocumentPage[]): Promise<Record<string, string>> {
  const document: Pick<ResultDocument, "order" | "pageCount" | "pages"> = {
    order: completedOrder(pages.length),
    pageCount: pages.length,
    async *pages() {
      yield* pages;
    },
  };
  const written: Uint8Array[] = [];
  for await (const part of writeDocx(document as ResultDocument)) written.push(part);
  const files = Object.entries(unzipSync(Buffer.concat(written)));
  return Object.fromEntries(files.map(([name, content]) => [name, Buffer.from(content).toString()]));
}

test("a .docx has its parts, and each relation names one of them", async () => {
  const found = await parts([{ page: 1, result: pageOf(1, [[["rent"]]]) }]);
  expect(Object.keys(found)).toEqual([
    ...["[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels"],
    ...["word/styles.xml", "word/settings.xml", "word/document.xml"],
  ]);
  const targets = (name: string) =>
    [...(found[name] ?? "").matchAll(/Target="([^"]+)"/g)].map(([, to]) => to);
  expect(targets("_rels/.rels")).toEqual(["word/document.xml", "docProps/core.xml"]);
  expect(targets("word/_rels/document.xml.rels")).toEqual(["styles.xml", "settings.xml"]);
  const named = [...(found["[Content_Types].xml"] ?? "").matchAll(/PartName="\/([^"]+)"/g)].map(
    ([, to]) => to,
  );
  for (const name of named) expect(found).toHaveProperty([String(name)]);
});

test("each page is a section in its own size, and only the last one belongs to the body", async () => {
  const plan = { ...pageOf(2, [[["PLAN"]]]), width: 7016, height: 4961, dpi: 300 };
  const { "word/document.xml": body = "" } = await parts([
    { page: 1, result: pageOf(1) },
    { page: 2, result: plan },
    { page: 3, error: { code: "page_damaged", message: "<damaged>" } },
  ]);
  expect(body.match(/<w:pgSz [^>]+>/g)).toEqual([
    '<w:pgSz w:w="11904" w:h="16838"/>',
    '<w:pgSz w:w="31680" w:h="22401" w:orient="landscape"/>',
    '<w:pgSz w:w="11906" w:h="16838"/>',
  ]);
  expect(body.match(/<w:pPr><w:sectPr>/g)).toHaveLength(2);
  expect(body).toMatch(
    /Page 3 could not be read: &lt;damaged&gt;.*<\/w:p><w:sectPr>.*<\/w:sectPr><\/w:body>/,
  );
});

test("text is escaped, and a doubtful word has a style of its own", async () => {
  const result = pageOf(1, [[["R&D", "<b>", "\u0001\ud800", ...Array(20).fill("rent"), "last"]]]);
  const { "word/document.xml": body = "" } = await parts([{ page: 1, result }]);
  expect(body).toContain('<w:t xml:space="preserve">R&amp;D &lt;b&gt;');
  expect(body).toMatch(
    /<w:rStyle w:val="Doubtful"\/>[^/]*\/><w:szCs[^/]*\/><\/w:rPr><w:t xml:space="preserve">rent</,
  );
});
