import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { runLabel } from "../../run-label.ts";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const reportSchema = z.object({
  problems: z.number(),
  findings: z.array(
    z.object({ check: z.string(), state: z.string(), text: z.string(), fix: z.string().optional() }),
  ),
});

async function doctor() {
  const args = ["commands/doctor/doctor.mjs", "--json", "--stack", "test"];
  const { stdout, exitCode } = await execa("node", args, { cwd: stack.clone.folder, reject: false });
  return { exitCode, ...reportSchema.parse(JSON.parse(stdout)) };
}

test("a running stack has no problem, and holds its port itself", async () => {
  // An earlier test may have stopped a container.
  await stack.untilHealthy();
  const { exitCode, problems, findings } = await doctor();
  expect({ exitCode, problems }, JSON.stringify(findings)).toEqual({ exitCode: 0, problems: 0 });
  const { port } = new URL(stack.url);
  expect(findings).toContainEqual(expect.objectContaining({ check: `port ${port}`, state: "ok" }));
  expect(findings).toContainEqual(
    expect.objectContaining({ check: "stack", text: expect.stringMatching(/runs: 8 containers/) }),
  );
});

test("a container that was stopped is a warning", async () => {
  const container = await stack.clone.container("order-api");
  const fault = await stack.stop(container);
  const { exitCode, findings } = await doctor();
  await fault.end();
  await stack.untilReady();
  expect(exitCode).toBe(0);
  expect(findings.find(({ check }) => check === "stack")).toMatchObject({
    state: "warning",
    text: expect.stringContaining(`${container.name} is exited`),
  });
});

test("what a clone left is a warning if its folder was removed, and the fix removes it", async () => {
  const removed = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-removed-")));
  const samples = path.join(removed, "samples/scans");
  await mkdir(samples, { recursive: true });
  const id = "dead0000";
  const labels = ["clone", "stack", "part"].flatMap((name, at) => {
    return ["--label", `orbital-witness.${name}=${[id, "local", "router"][at]}`];
  });
  const mount = `type=bind,source=${samples},target=/srv/samples,readonly`;
  const image = await stack.clone.imageOf(await stack.clone.container("router"));
  const create = ["create", ...runLabel, ...labels, "--mount", mount, image];
  const { stdout: container } = await execa("docker", create);
  const { stdout: volume } = await execa("docker", ["volume", "create", ...labels]);
  onTestFinished(async () => {
    await execa("docker", ["rm", "--force", container]);
    await execa("docker", ["volume", "rm", "--force", volume]);
  });
  await rm(removed, { recursive: true });
  const { findings } = await doctor();
  const finding = findings.find(({ text }) => text.includes(removed));
  expect(finding).toMatchObject({ check: "leftovers", state: "warning" });
  expect(finding?.text).toContain("1 container, 1 volume");
  // The fix does what it says.
  await execa("sh", ["-c", finding?.fix ?? "false"]);
  const after = await doctor();
  expect(after.findings.filter(({ text }) => text.includes(removed))).toEqual([]);
});
