import { execa } from "execa";
import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const status = (...options: string[]) =>
  execa("node", ["commands/status/status.ts", "--stack", "test", ...options], {
    ...{ cwd: stack.clone.folder, reject: false },
  });

/** Earlier tests crashed containers. The engine counts their restarts until somebody restarts them. */
async function forgetRestarts(): Promise<void> {
  for (const container of await stack.clone.containers()) {
    const restarts = await stack.inspect(container, "{{.RestartCount}}");
    if (restarts !== "0") await execa("docker", ["restart", container.id]);
  }
  await stack.untilHealthy();
}

test("the status of a healthy stack is one screen, as text and as JSON", async () => {
  await forgetRestarts();
  const { stdout, exitCode } = await status();
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/^Stack test at http:\/\/localhost:\d+\n/);
  for (const part of ["auth-api", "order-api", "ocr-worker-1", "ocr-worker-2", "redis", "router"]) {
    expect(stdout).toMatch(new RegExp(`^  ${part} +healthy`, "m"));
  }
  expect(stdout).toMatch(/^ {2}ocr-worker-1 +healthy +(idle|reads)/m);
  expect(stdout).toMatch(/^ {2}Queue +\d+ waiting/m);
  expect(stdout.split("\n").length).toBeLessThan(24);
  const json = await status("--json");
  expect([json.exitCode, JSON.parse(json.stdout)]).toMatchObject([
    0,
    { stack: "test", state: { queue: {} } },
  ]);
});

test("a part that does not run is shown with the end of its log and what to do", async () => {
  const container = await stack.clone.container("order-api");
  const fault = await stack.stop(container);
  const { stdout, exitCode } = await status();
  await fault.end();
  await stack.untilReady();
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^ {2}order-api +exited with code 0/m);
  expect(stdout).toContain(`✗ order-api is exited with code 0.\n  Container: ${container.name}\n`);
  expect(stdout).toMatch(/^ {4}\d\d:\d\d:\d\d\.\d{3} order-api +info +stopped$/m);
  expect(stdout).toMatch(/^ {2}Next: npm start$/m);
});
