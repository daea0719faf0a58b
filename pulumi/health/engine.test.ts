import { expect, test } from "vitest";
import type { DockerClient } from "./docker-client.ts";
import { Engine } from "./engine.ts";

const states: Readonly<Record<string, string>> = {
  a1: "a1 /stack-redis-1 running healthy 0 0",
  b2: "b2 /stack-router-2 restarting none 4 137",
};

function engine(fault = "") {
  const calls: string[][] = [];
  const run = async (args: readonly string[]) => {
    const asked = args.slice(4);
    calls.push([...asked]);
    const gone = asked.filter((each) => !Object.values(states).some((line) => line.includes(each)));
    const lines = Object.values(states).filter((line) => asked.some((each) => line.includes(each)));
    const stderr = fault || gone.map((each) => `Error: No such container: ${each}`).join("\n");
    return { failed: stderr !== "", stdout: lines.join("\n"), stderr };
  };
  return { engine: new Engine({ run } as unknown as DockerClient), calls };
}

test("containers are found by id and by name, and those that are gone are not", async () => {
  const { engine: looks } = engine();
  const healthy = { status: "running", health: "healthy", restarts: 0, exitCode: 0 };
  expect(await looks.look("a1")).toEqual(healthy);
  expect(await looks.look("stack-redis-1")).toEqual(healthy);
  expect(await looks.look("b2")).toEqual({
    status: "restarting",
    health: "none",
    restarts: 4,
    exitCode: 137,
  });
  expect(await looks.look("c3")).toBeUndefined();
});

test("questions at the same time share one call of the client", async () => {
  const { engine: looks, calls } = engine();
  const found = await Promise.all(["a1", "b2", "a1", "c3", "stack-router-2"].map((each) => looks.look(each)));
  expect(found.map((look) => look?.status)).toEqual([
    "running",
    "restarting",
    "running",
    undefined,
    "restarting",
  ]);
  expect(calls).toEqual([["a1"], ["b2", "a1", "c3", "stack-router-2"]]);
});

test("an engine that does not answer is an error with its message", async () => {
  const { engine: looks } = engine("Cannot connect to the Docker daemon");
  await expect(looks.look("a1")).rejects.toThrow(
    "docker inspect failed: Cannot connect to the Docker daemon",
  );
});
