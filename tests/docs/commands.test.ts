import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import { codeBlocks, pages, readPage, root } from "./pages.ts";

/** Scripts that npm runs without `run`. */
const builtIn = new Set(["start", "stop", "test"]);

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(path.join(root, "package.json"), "utf8"),
);

test.each(pages)("every npm command in %s exists", (page) => {
  for (const [command, run, name = ""] of readPage(page).matchAll(/\bnpm (run )?(?:-s )?([a-z][\w:-]*)/g)) {
    if (run || builtIn.has(name)) expect(scripts, `${command} in ${page}`).toHaveProperty([name]);
  }
});

const blocks = pages.flatMap((page) => codeBlocks(page, "sh").map((code) => ({ page, code })));

test.each(blocks)("the shell parses the commands in $page", ({ code }) => {
  const { stderr, exitCode } = execaSync("bash", ["-n"], { input: code, reject: false });
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
});

test.each(pages)("every project file that %s names in backticks exists", (page) => {
  const folders = "pulumi|services|commands|samples|bench|lib|offline|docs|tests";
  const names = readPage(page).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, "g"));
  for (const [, name = ""] of names) {
    expect(existsSync(path.join(root, name)), `${name} in ${page}`).toBe(true);
  }
});
