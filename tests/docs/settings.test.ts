import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { codesIn, root, tableAfter } from "./pages.ts";

const declaration = z.object({
  type: z.string(),
  description: z.string(),
  default: z.union([z.string(), z.number(), z.boolean()]),
});
const declared = z
  .object({ config: z.record(z.string(), declaration) })
  .parse(parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"))).config;
const source = readFileSync(path.join(root, "pulumi/settings.ts"), "utf8");

const documented = tableAfter("docs/settings.md", "# Settings").map(
  ([name = "", value = "", range = ""]) => ({
    name: codesIn(name)[0] ?? "",
    value: value.replaceAll("`", ""),
    range,
  }),
);

test("the table has the same settings as the program", () => {
  const [, members = ""] = /export interface Settings \{(.*?)^\}/ms.exec(source) ?? [];
  const read = [...members.matchAll(/readonly (\w+):/g)].map(([, name = ""]) => name);
  expect(documented.map(({ name }) => name).sort()).toEqual(read.sort());
});

test.each(Object.entries(declared))(
  "the default and range of %s are the same as in Pulumi.yaml",
  (key, setting) => {
    const row = documented.find(({ name }) => name === key);
    // The table has no room for the digests of base images.
    expect(row?.value).toBe(String(setting.default).replace(/@sha256:.*/, ""));
    if (setting.type !== "string") expect(setting.description).toContain(`(${row?.range})`);
  },
);

test("the ranges of whole numbers are the same as in the program", () => {
  const constants = new Map(
    [...source.matchAll(/^const ([A-Z_]+) = ([\d_]+);/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  const checked = [...source.matchAll(/wholeNumber\("(\w+)", ([\w]+), ([\w]+)/g)].map(
    ([, name = "", ...bounds]) => {
      const [min, max] = bounds.map((bound) => (constants.get(bound) ?? bound).replaceAll("_", ""));
      return { name, range: `${min} to ${max}` };
    },
  );
  expect(checked.length).toBeGreaterThan(8);
  for (const { name, range } of checked) {
    expect(documented.find((row) => row.name === name)?.range, name).toBe(range);
  }
});

test("the committed settings of the stack have nobody's own values", async () => {
  const { stdout } = await execa("git", ["show", "HEAD:Pulumi.local.yaml"], { cwd: root });
  expect(parse(stdout)).toEqual({ config: { "orbital-witness:logLevel": "info" } });
});
