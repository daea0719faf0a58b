import { PDFDocument, StandardFonts } from "@cantoo/pdf-lib";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../../../tests/documents.ts";
import { openPage } from "../../../../../../../tests/open-bytes.ts";

type Random = () => number;
type Placed = readonly [x: number, text: string];
type Row = readonly Placed[];

const font = await (await PDFDocument.create()).embedFont(StandardFonts.Helvetica);
const vocabulary =
  `the tenant shall pay to landlord a yearly rent of and keep roof in good repair not to cut any timber
  Jaxby Quigley covenants with owner for time being that way over brown land may be used at all times by
  night or day on foot subject to payment`.split(/\s+/);

function oneOf<T>(random: Random, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error("there is nothing to choose from");
  return one;
}

/** Lines of sentences that fill this width in points. */
function prose(random: Random, lines: number, width: number, size: number): string[] {
  const column: string[] = [];
  let line = "";
  let isStart = true;
  while (column.length < lines) {
    const word = oneOf(random, vocabulary);
    const isEnd = random() < 0.08;
    const next = (isStart ? word.charAt(0).toUpperCase() + word.slice(1) : word) + (isEnd ? "." : "");
    isStart = isEnd;
    const longer = line === "" ? next : `${line} ${next}`;
    if (font.widthOfTextAtSize(longer, size) <= width) line = longer;
    else {
      column.push(line);
      line = next;
    }
  }
  return column;
}

/** Draws the rows from the top, each from left to right. Returns the lines that are read. */
async function readRows(rows: readonly Row[], size: number): Promise<string[]> {
  const bytes = await makePdf((page) => {
    page.setSize(620, 80 + rows.length * size * 1.3);
    for (const [index, row] of rows.entries()) {
      const y = page.getHeight() - 40 - index * size * 1.3;
      for (const [x, text] of row) page.drawText(text, { x, y, size });
    }
  });
  const { text: blocks = [] } = await openPage(bytes);
  return textOf({ blocks })
    .split("\n")
    .filter((line) => line !== "");
}

const linesOf = (rows: readonly Row[]) => rows.map((row) => row.map(([, text]) => text).join(" "));

describe("columns that were written row by row are read one after the other", () => {
  test.each([
    [1, 2, 8],
    [2, 2, 12],
    [3, 3, 8],
    [4, 3, 9],
    [5, 2, 10],
  ])("seed %i: %i columns of %i points", async (seed, count, size) => {
    const random = seededRandom(seed);
    const gutter = size * (1 + random() * 2);
    const width = (560 - gutter * (count - 1)) / count;
    const columns = Array.from({ length: count }, () =>
      prose(random, 6 + Math.floor(random() * 20), width, size),
    );
    const places = columns.map((_, index) => 30 + index * (width + gutter));
    const rows = Array.from(
      { length: Math.max(...columns.map(({ length }) => length)) },
      (_, row): Row =>
        columns.flatMap((column, index) => {
          const text = column[row];
          return text === undefined ? [] : [[places[index] ?? 0, text] as const];
        }),
    );
    const [heading, tail] = [prose(random, 2, 540, size), prose(random, 3, 540, size)];
    const wide = (lines: string[]) => lines.map((text): Row => [[30, text]]);
    expect(await readRows([...wide(heading), ...rows, ...wide(tail)], size)).toEqual(
      [heading, ...columns, tail].flat(),
    );
  });
});

const names = ["Quigley", "Jane Doe", "Albert Smith", "Mill Lane Estates", "Jaxby Parish Council"];
const labels = ["Title number", "Name of the landlord", "Tenure", "Date of transfer", "Rent a year", "Term"];
const label = (random: Random, x: number): Placed => [x, `${oneOf(random, labels)}:`];
const amount = (random: Random) => `${Math.floor(random() * 9000)}.${10 + Math.floor(random() * 90)}`;
const entries = (random: Random, entry: (index: number) => Row[]) =>
  Array.from({ length: 8 + Math.floor(random() * 8) }, (_, index) => entry(index)).flat();

/** Rows that belong together, although a gap runs through all of them. */
const kinds: Record<string, (random: Random) => Row[]> = {
  "a table of sums": (random) =>
    entries(random, () => {
      const [text = ""] = prose(random, 1, 250, 10);
      const sum: Placed = [480, amount(random)];
      return [[[30, text], sum]];
    }),
  "a schedule with numbers, dates and texts": (random) =>
    entries(random, (index) => {
      const [text = ""] = prose(random, 1, 380, 10);
      const date: Placed = [70, `${1 + Math.floor(random() * 28)} May 19${10 + Math.floor(random() * 90)}`];
      return [[[30, `${index + 1}.`], date, [200, text]]];
    }),
  "a form of labels and values": (random) =>
    entries(random, () => {
      const value = `${oneOf(random, names)} of ${Math.floor(random() * 90)} Station Road`;
      return [[label(random, 30), [240, value]]];
    }),
  "a form whose values take several lines": (random) =>
    entries(random, () => {
      const [first = "", ...others] = prose(random, 2 + Math.floor(random() * 3), 330, 10);
      return [[label(random, 30), [220, first]], ...others.map((text): Row => [[220, text]])];
    }),
  "two columns of labels and values": (random) =>
    entries(random, () => {
      const [one, other] = [oneOf(random, names), oneOf(random, names)];
      return [[label(random, 30), [150, one], label(random, 330), [450, other]]];
    }),
  "a table whose cells take several lines": (random) =>
    entries(random, () => {
      const cells = [prose(random, 2, 240, 10), prose(random, 2, 240, 10)];
      return [0, 1].map((line) => cells.map((cell, side): Placed => [30 + side * 280, cell[line] ?? ""]));
    }),
  "clauses with their numbers": (random) =>
    prose(random, 12, 480, 10).map(
      (text, index): Row =>
        index % 3 === 0
          ? [
              [30, `${index}.`],
              [70, text],
            ]
          : [[70, text]],
    ),
  "two addresses side by side": (random) =>
    entries(random, () => {
      const owners = () => `${oneOf(random, names)} and ${oneOf(random, names)}`;
      return [
        [
          [30, owners()],
          [330, owners()],
        ],
      ];
    }),
};

describe.each(Object.entries(kinds))("the rows of %s stay whole", (_, draw) => {
  test.each([1, 2, 3])("seed %i", async (seed) => {
    const rows = draw(seededRandom(seed));
    expect(await readRows(rows, 10)).toEqual(linesOf(rows));
  });
});
