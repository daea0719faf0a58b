import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");

/** The tests that the table of promises names in its last column, with their numbers where it names them. */
function namedTests(): { file: string; numbers: string[] }[] {
  const [, promises = ""] = /^## What is promised$(.*?)^## /ms.exec(readme) ?? [];
  const columns = [...promises.matchAll(/^\|.*\|([^|]+)\|$/gm)].map(([, last = ""]) => last);
  return columns.flatMap((column) =>
    [...column.matchAll(/(?:(\d[\d, ]*) in )?`([^`]+)`/g)].map(([, numbers = "", name = ""]) => ({
      file: name.endsWith(".test.ts") ? name : `tests/faults/${name}.test.ts`,
      numbers: numbers.match(/\d+/g) ?? [],
    })),
  );
}

test("every test that the README names for a promise exists", () => {
  const named = namedTests();
  expect(named.length).toBeGreaterThan(20);
  for (const { file, numbers } of named) {
    expect(existsSync(path.join(root, file)), file).toBe(true);
    const source = readFileSync(path.join(root, file), "utf8");
    for (const number of numbers)
      expect(source, `${number} in ${file}`).toMatch(new RegExp(`["\`]${number} `));
  }
});
