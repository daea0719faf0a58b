import { type Block, type Box, type Line, lineOf } from "@orbital-witness/common/results/page-result.ts";
import { inColumns } from "./column-order.ts";
import { lineDirection, toBlocks } from "./text-blocks.ts";

/** A line that follows within this many line heights belongs to the line before it. */
const nearby = 2.5;
/** The same for a form value, whose label may be far to the left. */
const labelReach = 25;
/** Lines are beside each other if at least this share of the lower line's height overlaps. */
const beside = 0.5;

/**
 * Inserts other lines among the lines of the document's own text, by their position: text recognised in
 * pictures, form values and notes. A form value is added at the end of its label's line.
 */
export function mergedBlocks(own: readonly Line[], others: readonly Block[]): Block[] {
  const lines = inColumns(own.filter((line) => lineDirection(line) === 0));
  const turned = own.filter((line) => lineDirection(line) !== 0);
  for (const block of others) {
    let at: number | undefined;
    for (const line of block.lines) {
      if (lineDirection(line) !== 0) {
        turned.push(line);
        continue;
      }
      const label = labelOf(lines, line);
      if (label !== undefined) {
        lines[label] = lineOf([...(lines[label]?.words ?? []), ...line.words]);
        continue;
      }
      at = at === undefined ? placeOf(lines, line.box) : at + 1;
      lines.splice(at, 0, line);
    }
  }
  return toBlocks([...lines, ...turned].map(({ words }) => words));
}

/** The line that this one continues, if nothing stands between them. */
function labelOf(lines: readonly Line[], { box, words }: Line): number | undefined {
  const height = box[3] - box[1];
  const reach = height * (words[0]?.source === "form_value" ? labelReach : nearby);
  const neighbours = lines
    .map((line, index) => ({ index, line, gap: box[0] - line.box[2] }))
    .filter(({ line, gap }) => gap > -height / 2 && gap < reach && isBeside(line.box, box))
    .toSorted((a, b) => a.gap - b.gap);
  return neighbours[0]?.index;
}

/**
 * The position after the closest line above that shares columns with the box. Otherwise, the position before
 * the first such line below. Otherwise, the position by height.
 */
function placeOf(lines: readonly Line[], box: Box): number {
  const middle = (box[1] + box[3]) / 2;
  const sharing = lines
    .map((line, index) => ({ index, box: line.box }))
    .filter(({ box: other }) => Math.min(other[2], box[2]) > Math.max(other[0], box[0]));
  const above = sharing
    .filter(({ box: other }) => (other[1] + other[3]) / 2 <= middle)
    .toSorted((a, b) => b.box[3] - a.box[3] || b.index - a.index)[0];
  if (above) return afterLeftPart(lines, above.index + 1, box);
  const below =
    sharing[0] ?? lines.map((line, index) => ({ index, box: line.box })).find((one) => one.box[1] > middle);
  return below?.index ?? lines.length;
}

/**
 * The position after the left part of the box's line, if it stands at this position. Where lines of a column
 * follow the left part, the position does not change.
 */
function afterLeftPart(lines: readonly Line[], position: number, box: Box): number {
  const isLeft = (line: Line | undefined) => line !== undefined && line.box[2] <= box[0];
  let end = position;
  for (let line = lines[end]; line && isLeft(line) && isBeside(line.box, box); line = lines[end]) end++;
  return isLeft(lines[end]) ? position : end;
}

function isBeside(a: Box, b: Box): boolean {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return shared > Math.min(a[3] - a[1], b[3] - b[1]) * beside;
}
