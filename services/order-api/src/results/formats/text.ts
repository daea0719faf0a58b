import { textOf } from "@orbital-witness/common/results/page-result.ts";
import type { ResultDocument } from "./result-document.ts";

/** The text alone, with a form feed between two pages. An empty or failed page has no text. */
export async function* writeText({ pages }: ResultDocument): AsyncGenerator<string> {
  for await (const { page, result } of pages()) {
    yield `${page > 1 ? "\f" : ""}${result ? textOf(result) : ""}`;
  }
}
