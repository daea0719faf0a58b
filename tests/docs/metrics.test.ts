import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { codesIn, root, tableAfter } from "./pages.ts";

test("the table has the same metrics as the services", () => {
  const files = globSync("services/*/src/**/*.ts", { cwd: root }).filter((file) => !/\.test\.ts$/.test(file));
  const source = files.map((file) => readFileSync(path.join(root, file), "utf8")).join("\n");
  const made = /metrics\.(?:gauge|counter|histogram)\(\{\s*name: "(\w+)"/g;
  const inCode = [...source.matchAll(made)].map(([, name]) => name);
  expect(inCode.length).toBeGreaterThan(15);
  const documented = tableAfter("docs/observability.md", "## Metrics").flatMap(([names = ""]) =>
    codesIn(names),
  );
  expect(documented.toSorted()).toEqual(inCode.toSorted());
});
