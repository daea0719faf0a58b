import type { PhrasingContent, RootContent } from "mdast";
import { toMarkdown } from "mdast-util-to-markdown";
import type { DocumentPage, ResultDocument } from "../result-document.ts";
import { type Paragraph, paragraphsOf } from "./paragraphs.ts";

/** CommonMark, with a thematic break between two pages. */
export async function* writeMarkdown({ pages }: ResultDocument): AsyncGenerator<string> {
  for await (const page of pages()) {
    const children = contentOf(page);
    const text = children.length === 0 ? "" : toMarkdown({ type: "root", children });
    yield `${page.page > 1 ? "\n---\n\n" : ""}${text}`;
  }
}

function contentOf({ page, result, error }: DocumentPage): RootContent[] {
  if (result) return paragraphsOf(result).map(paragraphNode);
  const value = `Page ${page} could not be read: ${error.message}`;
  return [{ type: "paragraph", children: [{ type: "emphasis", children: [{ type: "text", value }] }] }];
}

function paragraphNode({ lines }: Paragraph): RootContent {
  const children = lines.flatMap((runs, index): PhrasingContent[] => {
    const value = runs.map(({ text }) => text.replaceAll("\t", " ")).join("");
    return [...(index > 0 ? [{ type: "break" } as const] : []), { type: "text", value }];
  });
  return { type: "paragraph", children };
}
