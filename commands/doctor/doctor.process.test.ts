import { copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { projectFolder } from "../stack/project.ts";
import { fakeEngine } from "./tests/fake-engine.ts";

const DOCTOR = "commands/doctor/doctor.mjs";

function doctor(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  folder = projectFolder,
) {
  return execa("node", [path.join(folder, DOCTOR), ...args], { env, reject: false });
}

test("a problem ends with 1 and stands first, as text and as JSON", async () => {
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
  const text = await doctor([], env);
  expect(text.exitCode).toBe(1);
  expect(text.stdout).toMatch(/^✗ engine +No engine runs: unix:\/\/\/nowhere\/docker\.sock/);
  expect(text.stdout).toMatch(/\n +→ unset DOCKER_HOST\n/);
  expect(text.stdout).toMatch(/\n\n\d problems?, .* Fix the first one first\.$/);
  // A terminal alone gets colours.
  expect(text.stdout).not.toContain("\u001b");
  for (const line of text.stdout.split("\n").filter((each) => !each.includes("→"))) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
  const json = await doctor(["--json"], env);
  expect(json.exitCode).toBe(1);
  const { problems, findings } = JSON.parse(json.stdout);
  expect(problems).toBeGreaterThan(0);
  expect(findings[0]).toMatchObject({ check: "engine", state: "problem", fix: "unset DOCKER_HOST" });
});

test("without problems it ends with 0", async () => {
  const env = { DOCKER_HOST: `unix://${await fakeEngine()}`, STACK_ENGINE: "stand-in" };
  // A stack that nobody has, on a port that nobody holds.
  const { stdout, exitCode } = await doctor(["--json", "--stack", "unused"], env);
  const { problems, findings } = JSON.parse(stdout);
  const others = findings.filter(({ check, state }: { check: string; state: string }) => {
    return state === "problem" && check !== "port 80";
  });
  expect(others).toEqual([]);
  expect(exitCode).toBe(problems > 0 ? 1 : 0);
});

test.each([[["--frobnicate"]], [["extra"]]])("%j ends with 2 and the usage", async (args) => {
  const { exitCode, stderr } = await doctor(args);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("npm run doctor")]);
});

/** A folder with the doctor's first file, and with what an install leaves. */
function clone(installed: boolean): string {
  const folder = scratchFolder();
  for (const file of [DOCTOR, "commands/lib/installation.mjs", "package-lock.json"]) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    copyFileSync(path.join(projectFolder, file), path.join(folder, file));
  }
  if (installed) {
    mkdirSync(path.join(folder, "node_modules/.bin"), { recursive: true });
    writeFileSync(path.join(folder, "node_modules/.package-lock.json"), "");
    symlinkSync(process.execPath, path.join(folder, "node_modules/.bin/node"));
    writeFileSync(path.join(folder, "commands/doctor/doctor.ts"), "console.log('the rest');");
  }
  return folder;
}

test("missing dependencies are named before anything else, and nothing is installed", async () => {
  const text = await doctor([], {}, clone(false));
  expect([text.exitCode, text.stdout]).toEqual([1, expect.stringContaining("→ npm ci\n")]);
  const json = await doctor(["--json"], {}, clone(false));
  expect(JSON.parse(json.stdout)).toMatchObject({ problems: 1, findings: [{ check: "dependencies" }] });
});

test("outdated dependencies do not keep the rest from being examined", async () => {
  const folder = clone(true);
  utimesSync(path.join(folder, "node_modules/.package-lock.json"), 1_000_000_000, 1_000_000_000);
  const { stdout, exitCode } = await doctor([], {}, folder);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("the rest")]);
});

test("a Node that is too old is named", async () => {
  const folder = clone(true);
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } })";
  const { stdout, exitCode } = await execa(
    "node",
    ["--import", `data:text/javascript,${old}`, path.join(folder, DOCTOR)],
    { reject: false },
  );
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining("Node 16.20.2 is too old")]);
});
