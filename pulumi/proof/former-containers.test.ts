import { expect, test } from "vitest";
import type { DockerClient } from "../health/docker-client.ts";
import { stopFormerContainers } from "./former-containers.ts";

async function commandsWith(running: readonly string[]): Promise<string[]> {
  const commands: string[] = [];
  const run = async (args: readonly string[]) => {
    commands.push(args.join(" "));
    return { failed: false, stdout: running.join("\n"), stderr: "" };
  };
  await stopFormerContainers({ run } as unknown as DockerClient, ["a=1", "b=2"], ["router-2", "redis-1"]);
  return commands;
}

const list = "ps --filter label=a=1 --filter label=b=2 --format {{.Names}}";

test("only containers that an update replaced are stopped, all at once", async () => {
  const running = ["redis-1", "router-2", "order-api-1", "ocr-worker-1-1"];
  expect(await commandsWith(running)).toEqual([list, "stop order-api-1 ocr-worker-1-1"]);
  expect(await commandsWith(["router-2"])).toEqual([list]);
  expect(await commandsWith([])).toEqual([list]);
});
