import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root, tableAfter } from "./pages.ts";

/** The tests that the last column names, with their numbers if it names any. */
function namedTests(cell: string): { file: string; numbers: string[] }[] {
  return [...cell.matchAll(/(?:(\d[\d, ]*) in )?`([^`]+)`/g)].map(([, numbers = "", name = ""]) => ({
    file: name.endsWith(".test.ts") ? name : `tests/faults/${name}.test.ts`,
    numbers: numbers.match(/\d+/g) ?? [],
  }));
}

const promises = tableAfter("docs/promises.md", "# Promises and the tests that show them");

test("the page lists the promises", () => {
  expect(promises.length).toBeGreaterThan(15);
});

test.each(promises)("the tests of a promise exist: %s %s", (_promise, _fault, shownBy = "") => {
  const named = namedTests(shownBy);
  expect(named).not.toHaveLength(0);
  for (const { file, numbers } of named) {
    expect(existsSync(path.join(root, file)), file).toBe(true);
    const source = readFileSync(path.join(root, file), "utf8");
    for (const number of numbers)
      expect(source, `${number} in ${file}`).toMatch(new RegExp(`["\`]${number} `));
  }
});
