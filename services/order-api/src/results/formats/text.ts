import { textOf } from "@orbital-witness/common/results/page-result.ts";
import type { ResultDocument } from "./result-document.ts";

/** The text alone; a form feed between two pages, nothing on one that is empty or was not read. */
export async function* writeText({ pages }: ResultDocument): AsyncGenerator<string> {
  for await (const { page, result } of pages()) {
    yield `${page > 1 ? "\f" : ""}${result ? textOf(result) : ""}`;
  }
}
