import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { failureCodeSchema } from "../../services/ocr-worker/src/failure.ts";
import { resultSuffixes } from "../../services/order-api/src/results/formats/formats.ts";
import { codesIn, root, tableAfter } from "./pages.ts";

const page = "docs/api.md";

/** The codes for bad tokens, which the code does not pass to `new Problem(` as literals. */
const tokenCodes = ["401 token_expired", "401 token_invalid"];

/** The patterns in which the services, their HTTP server and the router write a status and a code. */
const written = [
  /new Problem\(\s*(\d{3}),\s*"(\w+)"/g,
  /status: (\d{3}), code: "(\w+)"/g,
  /\tstatus (\d{3})\n\t+title [^\n]+\n\t+code (\w+)/g,
];

test("the table has the same failure reasons as the worker", () => {
  const documented = tableAfter(page, "## Reasons why an order fails").flatMap(([code = ""]) =>
    codesIn(code),
  );
  expect(documented.sort()).toEqual([...failureCodeSchema.options].sort());
});

test("the table has the same error codes and statuses as the services and the router", () => {
  const documented = tableAfter(page, "## Errors").flatMap(([status, codes = ""]) =>
    codesIn(codes).map((code) => `${status} ${code}`),
  );
  const files = globSync(["services/*/src/**/*.ts", "pulumi/Caddyfile", "pulumi/https/*.ts"], { cwd: root });
  const inCode = files
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => readFileSync(path.join(root, file), "utf8"))
    .flatMap((source) =>
      written.flatMap((form) => [...source.matchAll(form)].map(([, status, code]) => `${status} ${code}`)),
    );
  expect(inCode.length).toBeGreaterThan(30);
  expect([...new Set(documented)].sort()).toEqual([...new Set([...inCode, ...tokenCodes])].sort());
});

test("the table has the same result formats as the Order API", () => {
  const documented = tableAfter(page, "## Results").flatMap(([suffix = ""]) => codesIn(suffix));
  expect(documented.sort()).toEqual(resultSuffixes.map((suffix) => `.${suffix}`).sort());
});
