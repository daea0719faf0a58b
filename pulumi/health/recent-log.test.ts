import { expect, test } from "vitest";
import { readContainers } from "./container-state.ts";
import type { DockerClient } from "./docker-client.ts";
import { recentLog } from "./recent-log.ts";

const inspected = JSON.stringify([
  {
    Name: "/orbital-witness-local-ocr-worker-2-1a2b3c4",
    RestartCount: 2,
    State: {
      ...{ Status: "restarting", ExitCode: 1, OOMKilled: false, StartedAt: "2026-11-27T14:05:10Z" },
      Health: {
        Status: "starting",
        Log: [{ Output: "one\n" }, { Output: "AUTH anAdminPassword0 failed\n" }],
      },
    },
    Config: {
      Labels: { "orbital-witness.part": "ocr-worker", "orbital-witness.stack": "local" },
      Env: ["REDISCLI_AUTH=anAdminPassword0", "LOG_LEVEL=info"],
    },
  },
]);
const [container] = readContainers(inspected);

test("a container's state has its number, its exit code and no secret", () => {
  expect(container?.state).toEqual({
    ...{ name: "orbital-witness-local-ocr-worker-2-1a2b3c4", source: "ocr-worker-2", stack: "local" },
    ...{ state: "restarting", restarts: 2, exitCode: 1, outOfMemory: false },
    ...{ startedAt: "2026-11-27T14:05:10Z", probe: "AUTH *** failed" },
  });
});

test("the end of a log has both streams in order, no secret, and no line that says nothing", async () => {
  const at = (second: number, text: string) => `2026-11-27T14:05:${10 + second}.000000000Z ${text}`;
  const stdout = [
    at(0, "too old"),
    at(2, '{"level":"info","msg":"request","method":"GET","path":"/a","status":200,"ms":1}'),
    at(3, '{"level":"error","msg":"no anAdminPassword0","order_id":"a"}'),
    at(5, ""),
  ];
  const stderr = [at(1, "Error: broken"), at(4, "    at loadModule (node:internal/modules/esm:1:2)")];
  const calls: string[][] = [];
  const run = async (args: readonly string[]) => {
    calls.push([...args]);
    return { failed: false, stdout: `${stdout.join("\n")}\n`, stderr: `${stderr.join("\n")}\n` };
  };
  if (container === undefined) throw new Error("there is no container");
  const lines = await recentLog({ run } as unknown as DockerClient, container, 2);
  expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual(["info Error: broken", "error no ***"]);
  expect(calls).toEqual([["logs", "--timestamps", "--tail", "20", container.state.name]]);
});
