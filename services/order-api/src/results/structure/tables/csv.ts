import type { Table } from "./table.ts";

/** Spreadsheets run a cell that begins with one of these signs as a formula. */
const FORMULA = /^[=+\-@\t\r]/;
/** A signed number is none. */
const NUMBER = /^[+-]\s?[£$€]?\d[\d.,\s]*%?$/;

/**
 * A table by RFC 4180. The text of a cell with spans is at its first place, and the others are empty. A cell
 * that a spreadsheet would run as a formula begins with an apostrophe.
 */
export function csvOf({ rows, columns, cells }: Table): string {
  const texts = Array.from({ length: rows }, () => Array<string>(columns).fill(""));
  for (const { row, column, text } of cells) {
    const line = texts[row];
    if (line) line[column] = line[column] ? `${line[column]}\n${text}` : text;
  }
  return texts.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function quoted(text: string): string {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
