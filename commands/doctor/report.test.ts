import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reserves } from "../../services/common/src/orders/capacity-guard.ts";
import { needs } from "./checks/room-checks.ts";
import { ok, problem, skipped, warning, withoutPasswords } from "./finding.ts";
import { reportText } from "./report.ts";

const findings = [
  ok("engine", "It answers."),
  warning("memory", "It is little.", "config set"),
  problem("port 80", `It is busy${", really busy".repeat(5)}.`, `a command ${"that is long ".repeat(8)}`),
  skipped("disk", "Not checked."),
  problem("settings", "One is wrong.", "config rm"),
];

test("problems come first, in their order, and commands stay on one line", () => {
  expect(
    reportText(findings, false),
  ).toBe(`✗ port 80   It is busy, really busy, really busy, really busy, really busy,
            really busy.
            → a command ${"that is long ".repeat(8)}
✗ settings  One is wrong.
            → config rm
! memory    It is little.
            → config set
- disk      Not checked.
✓ engine    It answers.

2 problems, 1 warning, 1 not checked, 1 ok. Fix the first one first.`);
});

test("signs are coloured only if that is wanted", () => {
  expect(reportText(findings, true)).toContain("\u001b[31m✗\u001b[39m port 80");
  expect(reportText(findings, true)).toContain("\u001b[32m✓\u001b[39m engine");
  expect(reportText(findings, false)).not.toContain("\u001b");
});

test("passwords in addresses are hidden", () => {
  const text = "at tcp://carol:marble@host:2375 and ssh://dora@host and unix:///a/b:c@d";
  expect(withoutPasswords(text)).toBe("at tcp://carol:***@host:2375 and ssh://dora@host and unix:///a/b:c@d");
});

test("what is needed agrees with the services and the figures", () => {
  expect(needs.reserve * 1024 * 1024).toBe(reserves.accepting.bytes);
  const figures = readFileSync(new URL("../../docs/figures.md", import.meta.url), "utf8");
  expect(figures).toContain(`memory of a worker in the fifth hundred of pages | ${needs.workerMemory} MiB`);
});
