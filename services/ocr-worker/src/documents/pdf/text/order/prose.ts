import { median } from "@orbital-witness/common/results/median.ts";
import type { Line } from "@orbital-witness/common/results/page-result.ts";

/** In a column of prose, the median line fills at least this share of the width, with this many words. */
const fullLine = { share: 0.75, words: 3 };
/** In prose, at least this share of the lines continue a sentence: they begin with a small letter. */
const continuing = 0.4;
/** At most this share of the lines of prose end like the label of a form. */
const labels = 0.3;
/** A table has at least this many rows that begin on both sides, and at least this share of all its rows. */
const together = { rows: 2, share: 0.6 };

/** Whether lines below each other are a column of running text, not the cells of a table or a form. */
export function isProse(lines: readonly Line[]): boolean {
  const left = Math.min(...lines.map(({ box }) => box[0]));
  const width = Math.max(...lines.map(({ box }) => box[2])) - left;
  const share = (isOne: (line: Line) => boolean) => lines.filter(isOne).length / lines.length;
  return (
    median(lines.map(({ box }) => (box[2] - left) / width)) >= fullLine.share &&
    median(lines.map(({ words }) => words.length)) >= fullLine.words &&
    share(continues) >= continuing &&
    share(({ words }) => words.at(-1)?.text.endsWith(":") ?? false) <= labels
  );
}

/**
 * Whether the two sides of these lines are cells of a table: both begin in the same rows. Sentences of two
 * columns begin independently of each other.
 */
export function areTableRows(rows: readonly [Line | undefined, Line | undefined][]): boolean {
  // Columns of prose begin side by side, too.
  const begins = rows.slice(1).map((row) => row.map((line) => line !== undefined && !continues(line)));
  const both = begins.filter(([left, right]) => left && right).length;
  const either = begins.filter(([left, right]) => left || right).length;
  return both >= together.rows && both >= either * together.share;
}

function continues({ words: [first] }: Line): boolean {
  return /^["'(\u2018\u201C]?\p{Ll}/u.test(first?.text ?? "");
}
