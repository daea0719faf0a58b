import type { Box, PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { ResultDocument } from "./result-document.ts";

const columns = [
  ...["level", "page_num", "block_num", "par_num", "line_num", "word_num"],
  ...["left", "top", "width", "height", "conf", "text"],
];

/**
 * Tesseract's own table: a row for each page, block, paragraph, line and word (levels 1 to 5), without
 * quoting. The confidence is -1 if there is none: above words, and for words that were not recognised. A page
 * that was not read has no row.
 */
export async function* writeTsv({ pages }: ResultDocument): AsyncGenerator<string> {
  yield `${columns.join("\t")}\n`;
  for await (const { result } of pages()) if (result) yield [...rows(result)].join("");
}

function* rows({ page, width, height, blocks }: PageResult): Generator<string> {
  yield row([page], [0, 0, width, height]);
  for (const [b, block] of blocks.entries()) {
    yield row([page, b + 1], block.box);
    yield row([page, b + 1, 1], block.box);
    for (const [l, line] of block.lines.entries()) {
      yield row([page, b + 1, 1, l + 1], line.box);
      for (const [w, { box, confidence, text }] of line.words.entries()) {
        yield row([page, b + 1, 1, l + 1, w + 1], box, confidence, text);
      }
    }
  }
}

/** `numbers`: those of the page, block, paragraph, line and word, down to the row's own level. */
function row(numbers: number[], [left, top, right, bottom]: Box, confidence = -1, text = ""): string {
  const place = [...numbers, 0, 0, 0, 0].slice(0, 5);
  const cell = text.replace(/[\s\p{Cc}]+/gu, " ");
  const cells = [numbers.length, ...place, left, top, right - left, bottom - top, confidence, cell];
  return `${cells.join("\t")}\n`;
}
