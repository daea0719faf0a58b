import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const isTest = (file: string) => file.startsWith("tests/") || /\.test\.ts$/.test(file);

/** About as many as a reader can take in at once. */
const MOST_ENTRIES = 16;

/** The folders that each folder may import besides itself. Tests may import anything. */
const layers: Readonly<Record<string, readonly string[]>> = {
  "services/common": [],
  "services/auth-api": [],
  "services/order-api": [],
  "services/ocr-worker": [],
  pulumi: [],
  samples: [],
  lib: ["pulumi"],
  offline: ["lib", "pulumi"],
  commands: ["lib", "offline", "pulumi"],
  bench: [
    ...["commands", "lib", "pulumi", "samples", "tests"],
    ...["services/common", "services/ocr-worker", "services/order-api"],
  ],
};

type Import = { readonly from: string; readonly to: string };

/** Relative imports, as paths from the project's folder. */
const imports: readonly Import[] = files
  .filter((file) => /\.(ts|mjs)$/.test(file))
  .flatMap((file) => {
    const text = readFileSync(path.join(root, file), "utf8");
    return [...text.matchAll(/\b(?:from|import) "(\.[^"]+)"/g)].map(([, target = ""]) => ({
      from: file,
      to: path.join(path.dirname(file), target),
    }));
  });

const layerOf = (file: string) => Object.keys(layers).find((layer) => file.startsWith(`${layer}/`));

describe("layout", () => {
  test("the imports are found", () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(imports).toContainEqual({ from: "pulumi/index.ts", to: "pulumi/settings.ts" });
  });

  test.each(Object.entries(layers))("%s imports only from itself and from %j", (layer, allowed) => {
    const wrong = imports.filter(({ from, to }) => {
      if (isTest(from) || layerOf(from) !== layer || to.startsWith(`${layer}/`)) return false;
      return !allowed.some((each) => to.startsWith(`${each}/`));
    });
    expect(wrong).toEqual([]);
  });

  test("only one file imports offline/, which only closed networks need", () => {
    const users = imports.filter(
      ({ from, to }) => to.startsWith("offline/") && !from.startsWith("offline/") && !isTest(from),
    );
    expect([...new Set(users.map(({ from }) => from))]).toEqual(["commands/stack/offline.ts"]);
  });

  test(`no folder has more than ${MOST_ENTRIES} entries`, () => {
    const entries = new Map<string, Set<string>>();
    for (const file of files.filter((name) => !isTest(name) || name.startsWith("tests/"))) {
      const parts = file.split("/");
      for (let depth = 1; depth < parts.length; depth += 1) {
        const folder = parts.slice(0, depth).join("/");
        entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] ?? ""));
      }
    }
    const large = [...entries].filter(([, names]) => names.size > MOST_ENTRIES);
    expect(large.map(([folder, names]) => `${folder}: ${names.size}`)).toEqual([]);
  });
});
