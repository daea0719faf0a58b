import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { codesIn, root, tableAfter } from "./pages.ts";

const text = (file: string) => readFileSync(path.join(root, "observability", file), "utf8");
const read = (file: string) => parse(text(file));
const rule = z.object({
  alert: z.string(),
  annotations: z.object({ summary: z.string(), next: z.string() }),
});
const alerts = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(read("alerts.yml"))
  .groups.flatMap(({ rules }) => rules);
const cases = z
  .object({
    tests: z.array(
      z.object({
        alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
      }),
    ),
  })
  .parse(read("alerts.test.yml"))
  .tests.flatMap((test) => test.alert_rule_test);

test("the table has the same alerts as the rules", () => {
  const heading = "## The store, with its dashboard and alerts";
  const documented = tableAfter("docs/observability.md", heading).flatMap(([name = ""]) => codesIn(name));
  expect(documented).toHaveLength(13);
  expect(documented.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});

test("the rules and the dashboard ask for metrics that exist", () => {
  const names = (cell: string) => codesIn(cell).map((name) => `orbital_${name}`);
  const metrics = tableAfter("docs/observability.md", "## Metrics").flatMap(([cell = ""]) => names(cell));
  const asked = ["alerts.yml", "alerts.test.yml", "dashboard/panels.js"].flatMap((file) =>
    [...text(file).matchAll(/orbital_\w+?(?=_(?:bucket|count|sum)\b|\W)/g)].map(([name]) => name),
  );
  expect(new Set(asked).size).toBeGreaterThan(15);
  expect(asked.filter((name) => !metrics.includes(name))).toEqual([]);
});

test.each(alerts)("$alert is caused by a test, which also shows when it does not come", ({ alert }) => {
  const own = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length);
  expect(new Set(own)).toEqual(new Set([0, 1]));
});
