import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { runLabel } from "../run-label.ts";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const redisPassword = "marker-of-a-redis-password";

describe("15 a service without a valid JWT_SECRET", () => {
  const secrets = [
    ["unset", undefined, "JWT_SECRET is not set"],
    ["empty", "", "JWT_SECRET is empty"],
    ["of 11 bytes", "short-value", "JWT_SECRET is wrong"],
  ] as const;
  const cases = (["auth-api", "order-api"] as const).flatMap((part) =>
    secrets.map(([what, value, complaint]) => ({ part, what, value, complaint })),
  );

  test.for(cases)("15 $part, JWT_SECRET $what: does not start", async ({ part, value, complaint }) => {
    const image = await stack.clone.imageOf(await stack.clone.container(part));
    // Passed by name, so that the value is in no argument list.
    const names = ["REDIS_URL", ...(value === undefined ? [] : ["JWT_SECRET"])];
    const options = ["--rm", ...runLabel, "--network", "none", ...names.flatMap((name) => ["--env", name])];
    const { exitCode, stdout, stderr } = await execa("docker", ["run", ...options, image], {
      env: { REDIS_URL: `redis://:${redisPassword}@redis:6379`, JWT_SECRET: value },
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
