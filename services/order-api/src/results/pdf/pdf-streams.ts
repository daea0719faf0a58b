import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { PDFOperator, PDFRef } from "@cantoo/pdf-lib";
import type { PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import type { PdfFile } from "./pdf-file.ts";

const deflated = promisify<string, Uint8Array>(deflate);

export function deflatedOperators(operators: readonly PDFOperator[]): Promise<Uint8Array> {
  return deflated(operators.join("\n"));
}

/**
 * Writes a page's streams. Returns `source`, which replaces `{{stream n}}` in PDF source by references to
 * them.
 */
export function writeStreams(file: PdfFile, streams: readonly PdfStream[]) {
  const refs = streams.map(() => file.context.nextRef());
  const source = (text: string) =>
    text.replaceAll(/\{\{stream (\d+)\}\}/g, (_, index) => nth(refs, Number(index)));
  const parts = streams.flatMap(({ entries, content }, index) => {
    const ref = refs[index];
    return ref ? file.stream(ref, content, source(entries)) : [];
  });
  return { refs, source, parts };
}

function nth(refs: readonly PDFRef[], index: number): string {
  const ref = refs[index];
  if (!ref) throw new Error(`a page has no stream ${index}`);
  return String(ref);
}
