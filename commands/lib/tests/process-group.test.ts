import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endGroup } from "./process-group.ts";

test("a program and the programs that it started end, even if some have ended already", async () => {
  // The signal ends `wait` itself, and its child because the child is in the group.
  const shell = spawn("sh", ["-c", "sleep 600 & echo $!; wait"], { detached: true });
  const group = shell.pid ?? 0;
  const [line] = await once(shell.stdout, "data");
  await endGroup(group);
  expect(() => process.kill(Number(line), 0)).toThrow("ESRCH");
  await expect(endGroup(group)).resolves.toBeUndefined();
});
