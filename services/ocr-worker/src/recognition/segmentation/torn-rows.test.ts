import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { joinsColumns } from "./joins-columns.ts";
import { tornRows } from "./torn-rows.ts";

/** Words with 12 pixels for each letter, 20 pixels high. */
function line(top: number, ...words: [text: string, left: number][]): Line {
  return lineOf(
    words.map(([text, left]): Word => {
      const box: Word["box"] = [left, top, left + 12 * text.length, top + 20];
      return { text, box, source: "ocr", confidence: 96 };
    }),
  );
}

const tops = [0, 40, 80, 120];
const labels = blockOf(tops.map((top) => line(top, ["Ground", 0], ["rent", 90])));
const column = (left: number, ...texts: string[]): Block =>
  blockOf(texts.map((text, row) => line(tops[row] ?? 0, [text, left])));

test("words in two pieces are torn rows", () => {
  const pieces = [
    labels,
    column(500, "9,906", "9,801", "8,578", "77"),
    column(563, ".61", ".86", ".12", ".05"),
  ];
  expect(tornRows(pieces)).toBeGreaterThanOrEqual(3);
});

test("figures in a separate block beside text are torn rows", () => {
  expect(tornRows([labels, column(500, "938.86", "£9,906.61", "(77.61)", "12%")])).toBe(4);
});

test("whole rows, columns of text and page numbers are not torn", () => {
  const rows = blockOf(tops.map((top) => line(top, ["Ground", 0], ["rent", 90], ["938.86", 500])));
  expect(tornRows([rows])).toBe(0);
  expect(tornRows([labels, column(500, "yearly", "monthly", "weekly", "daily")])).toBe(0);
  expect(tornRows([labels, column(500, "17")])).toBe(0);
  expect(tornRows([column(0, "938.86", "9,906.61", "77.61")])).toBe(0);
});

test("lines across two columns of text join them, but rows of a statement do not", () => {
  const left: [string, number][] = [
    ["The", 0],
    ["Tenant", 50],
    ["shall", 130],
  ];
  const right: [string, number][] = [
    ["keep", 400],
    ["the", 460],
    ["roof", 510],
  ];
  const joined = tops.map((top) => line(top, ...left, ...right));
  expect(joinsColumns([blockOf(joined)])).toBe(true);
  expect(joinsColumns([blockOf(tops.map((top) => line(top, ...left, ["9,906.61", 400])))])).toBe(false);
  expect(joinsColumns([blockOf(tops.map((top) => line(top, ...left))), column(400, "keep", "the")])).toBe(
    false,
  );
});
