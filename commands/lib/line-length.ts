import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** The width at which Biome breaks code; it leaves comments, strings and Markdown alone. */
export const MOST_COLUMNS = 110;

/** Written by a program. */
const GENERATED = ["web/src/api/schema.ts"];
const CHECKED = /\.(ts|mjs|js|css|html|lua|md|py|sh|ya?ml)$|(^|\/)(Dockerfile|Caddyfile|run)$/;

/**
 * Numbers of the lines that are too long, from 1. A line is not too long if it cannot be broken: rows of
 * Markdown tables, Markdown code blocks, and lines of two words or with a long one, such as an address.
 */
export function longLines(file: string, text: string): number[] {
  const isMarkdown = file.endsWith(".md");
  let isCode = false;
  return text.split("\n").flatMap((line, index) => {
    if (isMarkdown && line.startsWith("```")) isCode = !isCode;
    const isExempt = isMarkdown && (isCode || line.startsWith("|"));
    return !isExempt && [...line].length > MOST_COLUMNS && canBeBroken(line) ? [index + 1] : [];
  });
}

function canBeBroken(line: string): boolean {
  const indent = line.length - line.trimStart().length;
  const words = line.trim().split(/\s+/);
  return words.length > 2 && words.every((word) => indent + word.length <= MOST_COLUMNS);
}

/** `npm run lint` runs it over all files that git knows. */
if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, "../..");
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  const found = files
    .filter((file) => CHECKED.test(file) && !GENERATED.includes(file))
    .flatMap((file) =>
      longLines(file, readFileSync(path.join(root, file), "utf8")).map((line) => `${file}:${line}`),
    );
  if (found.length > 0) {
    console.error(found.join("\n"));
    console.error(`${found.length} lines have more than ${MOST_COLUMNS} columns. Break them.`);
    process.exitCode = 1;
  }
}
