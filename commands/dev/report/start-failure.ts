import { readFileSync } from "node:fs";
import path from "node:path";

/** Why a service did not start. */
export interface StartFailure {
  /** Relative to the project's folder, such as `services/auth-api/src/app.ts:12`. Undefined if unknown. */
  readonly place: string | undefined;
  /** The line of code, and below it a mark. */
  readonly code: readonly string[];
  readonly message: string;
}

/** A file of this project in a container, with its line if that is known. */
const place = /(?:file:\/\/)?\/app\/(services\/[\w./-]+\.\w+)(?::(\d+))?/;
/** Node may show the lines around it too. */
const mostCodeLines = 5;
const errorLine = /^(?:\w*(?:Error|Exception)\b.*?): (.+)$/m;

/**
 * Finds the cause in what a service wrote before it ended. Reads the project's files to find the line of an
 * import of a missing file, which Node does not name.
 */
export function startFailure(lines: readonly string[], projectFolder: string): StartFailure {
  const text = lines.map(withStack).join("\n");
  const message = errorLine.exec(text)?.[1]?.trim() ?? lastLine(lines);
  const missing = /Cannot find module '([^']+)' imported from (\S+)/.exec(text);
  if (missing) {
    const [, wanted = "", importer = ""] = missing;
    return { place: importerLine(wanted, importer, projectFolder), code: [], message };
  }
  const [found, file, line] = place.exec(text) ?? [];
  if (found === undefined) return { place: undefined, code: [], message };
  return { place: line === undefined ? file : `${file}:${line}`, code: codeAfter(text, found), message };
}

/** The services write an error as JSON. */
function withStack(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { err, msg } = JSON.parse(line);
    return typeof err?.stack === "string" ? err.stack : String(msg ?? line);
  } catch {
    return line;
  }
}

/** After a line that names only the place, Node shows the line of code, with a mark below it. */
function codeAfter(text: string, found: string): string[] {
  const all = text.split("\n");
  const at = all.findIndex((line) => line.trim() === found);
  if (at < 0) return [];
  const shown = all.slice(at + 1, at + 1 + mostCodeLines);
  const mark = shown.findIndex((line) => /^\s*[\^~]+\s*$/.test(line));
  return mark < 1 ? [] : shown.slice(mark - 1, mark + 1);
}

function importerLine(wanted: string, importer: string, projectFolder: string): string {
  const [, file = ""] = place.exec(importer) ?? [];
  const lines = linesOf(path.join(projectFolder, file));
  const index = lines.findIndex((line) => line.includes(path.basename(wanted)));
  return index < 0 ? file : `${file}:${index + 1}`;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    // It was removed meanwhile.
    return [];
  }
}

function lastLine(lines: readonly string[]): string {
  return (
    lines.findLast((line) => line.trim() !== "" && !line.startsWith("Failed running")) ?? "it wrote nothing"
  );
}
