import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import luaparse from "luaparse";

/** The globals that scripts use, of those that Redis gives them. */
const GLOBALS: ReadonlySet<string> = new Set([
  ...["redis", "cjson", "KEYS", "ARGV", "string", "table", "math"],
  ...["ipairs", "pairs", "tonumber", "tostring", "unpack"],
]);

/** `text` by path. A script begins with `#!lua`. Other files are inserted into scripts. */
export type LuaFiles = ReadonlyMap<string, string>;

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * Returns the faults of Lua scripts for Redis, as `file:line: fault`: syntax errors, names that are neither
 * local nor known, and keys that are built in the script. A key comes from KEYS, so that Redis can check it,
 * and has a name that ends in `_key`, or is `key` in a loop over keys.
 */
export function luaFaults(files: LuaFiles): string[] {
  const shared = [...files].filter(([, text]) => !text.startsWith("#!"));
  const names = new Set([...GLOBALS, ...shared.flatMap(([, text]) => topLevelNames(text))]);
  return [...files].flatMap(([file, text]) => {
    try {
      return faultsOf(parse(text), names).map((fault) => `${file}:${fault}`);
    } catch (error) {
      return [`${file}: ${error instanceof Error ? error.message : error}`];
    }
  });
}

function parse(text: string): Node {
  const options = { luaVersion: "5.1", locations: true, scope: true, comments: false } as const;
  return { ...luaparse.parse(text.replace(/^#!.*/, ""), options) };
}

function topLevelNames(text: string): string[] {
  return nodes(parse(text).body, false).flatMap((node) => {
    if (node.type === "LocalStatement") return nodes(node.variables, false).map(({ name }) => String(name));
    return node.type === "FunctionDeclaration" ? [String(Object(node.identifier).name)] : [];
  });
}

function faultsOf(chunk: Node, names: ReadonlySet<string>): string[] {
  const unknown = nodes(chunk.globals, false)
    .filter(({ name }) => !names.has(String(name)))
    .map((node) => `${lineOf(node)}: ${node.name} is not defined`);
  const keys = nodes(chunk.body, true).flatMap((node) => {
    if (node.type === "LocalStatement" || node.type === "AssignmentStatement") return assignedKeys(node);
    const key = commandKey(node);
    return key && !isKey(key) ? [`${lineOf(node)}: this key does not come from KEYS`] : [];
  });
  return [...unknown, ...keys];
}

/** The key of a `redis.call`. Undefined for other nodes, and for commands without a key. */
function commandKey(node: Node): Node | undefined {
  if (node.type !== "CallExpression") return undefined;
  const { type, identifier, base } = Object(node.base);
  if (type !== "MemberExpression" || base.name !== "redis" || !/^p?call$/.test(identifier.name))
    return undefined;
  return nodes(node.arguments, false)[1];
}

function isKey(node: Node): boolean {
  if (node.type === "IndexExpression") return Object(node.base).name === "KEYS";
  return node.type === "Identifier" && /(^|_)key$/.test(String(node.name));
}

function assignedKeys(node: Node): string[] {
  const named = nodes(node.variables, false).filter(({ name }) => String(name).endsWith("_key"));
  if (named.length === 0) return [];
  const fromKeys = nodes(node.init, false).every((value) => isKey(value) || isUnpackedKeys(value));
  return fromKeys ? [] : [`${lineOf(node)}: ${named[0]?.name} does not come from KEYS`];
}

function isUnpackedKeys(node: Node): boolean {
  if (node.type !== "CallExpression" || Object(node.base).name !== "unpack") return false;
  return nodes(node.arguments, false)[0]?.name === "KEYS";
}

/** The syntax nodes in `value`, with those inside of them if `deep` is set. */
function nodes(value: unknown, deep: boolean): Node[] {
  if (Array.isArray(value)) return value.flatMap((item) => nodes(item, deep));
  if (typeof value !== "object" || value === null) return [];
  const inside = deep ? Object.values(value).flatMap((item) => nodes(item, deep)) : [];
  return "type" in value ? [value as Node, ...inside] : inside;
}

function lineOf(node: Node): number {
  return Object(node.loc).start.line;
}

/** `npm run lint` runs it over all files that git knows. */
if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, "../..");
  const found = execFileSync("git", ["ls-files", "*.lua"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n");
  const faults = luaFaults(new Map(found.map((file) => [file, readFileSync(path.join(root, file), "utf8")])));
  if (faults.length > 0) {
    console.error(faults.join("\n"));
    process.exitCode = 1;
  }
}
