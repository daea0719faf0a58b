import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { runLabel } from "../run-label.ts";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const redisPassword = "marker-of-a-redis-password";

describe("15 a service without a valid key of tokens", () => {
  const values = [
    ["unset", undefined, "is not set"],
    ["empty", "", "is empty"],
    ["not JSON", "short-value", "is wrong"],
  ] as const;
  const variables = [
    ["auth-api", "TOKEN_KEY"],
    ["order-api", "TOKEN_KEYS"],
  ] as const;
  const cases = variables.flatMap(([part, name]) =>
    values.map(([what, value, complaint]) => ({
      part,
      name,
      what,
      value,
      complaint: `${name} ${complaint}`,
    })),
  );

  test.for(cases)("15 $part, $name $what: does not start", async ({ part, name, value, complaint }) => {
    const image = await stack.clone.imageOf(await stack.clone.container(part));
    // Passed by name, so that the value is in no argument list.
    const names = ["REDIS_URL", ...(value === undefined ? [] : [name])];
    const options = ["--rm", ...runLabel, "--network", "none", ...names.flatMap((name) => ["--env", name])];
    const { exitCode, stdout, stderr } = await execa("docker", ["run", ...options, image], {
      env: { REDIS_URL: `redis://:${redisPassword}@redis:6379`, [name]: value },
      reject: false,
      timeout: 30_000,
    });
    expect(exitCode).toBe(1);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "fatal",
      service: part,
      msg: expect.stringContaining(complaint),
    });
    expect(stderr).toBe("");
    for (const hidden of [redisPassword, ...(value ? [value] : [])]) expect(stdout).not.toContain(hidden);
  });
});
