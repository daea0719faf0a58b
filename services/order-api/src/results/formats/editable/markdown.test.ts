import { Parser } from "commonmark";
import { expect, test } from "vitest";
import { pageOf } from "../../../../../../tests/page-result.ts";
import { completedOrder } from "../../../../../../tests/redis/sample-order.ts";
import type { DocumentPage, ResultDocument } from "../result-document.ts";
import { writeMarkdown } from "./markdown.ts";

async function written(pages: DocumentPage[]): Promise<string> {
  const document: Pick<ResultDocument, "order" | "pageCount" | "pages"> = {
    order: completedOrder(pages.length),
    pageCount: pages.length,
    async *pages() {
      yield* pages;
    },
  };
  let text = "";
  for await (const part of writeMarkdown(document as ResultDocument)) text += part;
  return text;
}

/** The blocks that a CommonMark parser finds: their types, and the text inside. */
function parsed(markdown: string): string[] {
  const found: string[] = [];
  const walker = new Parser().parse(markdown).walker();
  for (let event = walker.next(); event; event = walker.next()) {
    const { type, literal } = event.node;
    if (!event.entering) continue;
    if (type === "text") found[found.length - 1] += literal ?? "";
    else if (type === "linebreak") found[found.length - 1] += "\n";
    else if (type !== "document") found.push(`${type}: `);
  }
  return found;
}

test("paragraphs, with a thematic break between pages", async () => {
  const markdown = await written([
    { page: 1, result: pageOf(1, [[["the", "lease"]], [["rent"]]]) },
    { page: 2, result: pageOf(2) },
    { page: 3, error: { code: "page_damaged", message: "The page cannot be decoded." } },
  ]);
  expect(parsed(markdown)).toEqual([
    ...["paragraph: the lease", "paragraph: rent", "thematic_break: ", "thematic_break: "],
    ...["paragraph: ", "emph: Page 3 could not be read: The page cannot be decoded."],
  ]);
});

test.each([
  "# 1. [x](y) *a* _b_ `c` <b>d</b> &amp; \\ !",
  "- a",
  "1. rent",
  "1) rent",
  "+ a",
  "> a",
  "---",
  "***",
  "===",
  "```",
  "~~~",
  "<div>",
  "a | b",
  "[a]: http://example.org",
  "&copy;",
  "https://example.org",
])("%s stays as it is, alone and below another line", async (text) => {
  const words = text.split(" ");
  const alone = { page: 1, result: pageOf(1, [[words]]) };
  expect(parsed(await written([alone]))).toEqual([`paragraph: ${text}`]);
  const wide = Array(16).fill("wide");
  const below = { page: 1, result: pageOf(1, [[["a"], words, wide]]) };
  expect(parsed(await written([below]))).toEqual([`paragraph: a\n${text}\n${wide.join(" ")}`]);
});
