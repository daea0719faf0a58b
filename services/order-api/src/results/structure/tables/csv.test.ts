import type { Box } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

const place = { row_span: 1, column_span: 1, box: [0, 0, 1, 1] as Box, confidence: null };

/** The CSV of a table of one row. */
function rowOf(...texts: string[]): string {
  const cells = texts.map((text, column) => ({ ...place, row: 0, column, text }));
  return csvOf({ box: [0, 0, 1, 1], ruled: true, rows: 1, columns: texts.length, cells });
}

test("commas, quotes and line feeds are quoted", () => {
  expect(rowOf("a", "b, c", 'say "d"', "e\nf", "")).toBe('a,"b, c","say ""d""","e\nf",\r\n');
});

test("a cell that a spreadsheet would run begins with an apostrophe, and a number does not", () => {
  expect(rowOf("=1+1", "+cmd", "-a", "@b", "\tc")).toBe("'=1+1,'+cmd,'-a,'@b,'\tc\r\n");
  expect(rowOf("-5.00", "+£1,200.50", "- 3 %", "a=b")).toBe('-5.00,"+£1,200.50",- 3 %,a=b\r\n');
});

test("the places that a span covers are empty", () => {
  const cells = [
    { ...place, row: 0, column: 0, column_span: 2, text: "wide" },
    { ...place, row: 0, column: 2, row_span: 2, text: "high" },
    { ...place, row: 1, column: 0, text: "a" },
    { ...place, row: 1, column: 1, text: "b" },
  ];
  const table = { box: [0, 0, 1, 1] as Box, ruled: true, rows: 2, columns: 3, cells };
  expect(csvOf(table)).toBe("wide,,high\r\na,b,\r\n");
});
