import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** Paths of all documentation pages, relative to the project's folder. */
export const pages: readonly string[] = globSync("{,docs/,documents/,offline/,samples/}*.md", {
  cwd: root,
}).sort();

export function readPage(page: string): string {
  return readFileSync(path.join(root, page), "utf8");
}

/** The page's text without its code blocks. */
export function proseOf(page: string): string {
  return readPage(page).replace(/^```.*?^```$/gms, "");
}

/** The contents of the page's code blocks in this language. */
export function codeBlocks(page: string, language: string): string[] {
  const blocks = readPage(page).matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, name, code = ""]) => (name === language ? [code] : []));
}

/** The rows of the first table after this heading, without its header, as arrays of cells. */
export function tableAfter(page: string, heading: string): string[][] {
  const text = readPage(page);
  const start = text.indexOf(`\n${heading}\n`);
  if (!text.startsWith(`${heading}\n`) && start < 0) throw new Error(`${page} has no heading "${heading}"`);
  const lines = text.slice(start + heading.length).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  if (first < 0) throw new Error(`${page} has no table after "${heading}"`);
  const end = lines.findIndex((line, index) => index > first && !line.startsWith("|"));
  return lines.slice(first + 2, end).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** All texts in backticks in a cell. */
export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}
