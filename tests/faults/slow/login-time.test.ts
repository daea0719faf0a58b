import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../free-port.ts";
import { testKeys } from "../../programs/token-keys.ts";
import { runLabel } from "../../run-label.ts";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();

const pairs = 200;

/**
 * A second Auth API of the same image. It is reached without the router, and its limit is above what the test
 * uses.
 */
async function authApi(): Promise<string> {
  const port = await freePort();
  const image = await stack.clone.imageOf(await stack.clone.container("auth-api"));
  const limits = ["--env", "TOKEN_FAILURES_PER_MINUTE=10000"];
  const accounts = ["--env", "ACCOUNTS_FOLDER=/accounts", "--env", "DEMO_USERS=true"];
  const secrets = ["TOKEN_KEY", "TOKEN_KEYS", "SESSION_SECRET"].flatMap((name) => ["--env", name]);
  const settings = [...secrets, ...limits, ...accounts];
  const run = [
    "run",
    "--detach",
    "--rm",
    "--init",
    ...runLabel,
    "--publish",
    `127.0.0.1:${port}:8080`,
    ...settings,
    image,
  ];
  const SESSION_SECRET = randomBytes(32).toString("hex");
  const env = { ...testKeys(randomBytes(48).toString("hex")).environment, SESSION_SECRET };
  const { stdout: id } = await execa("docker", run, { env });
  onTestFinished(async () => {
    await execa("docker", ["rm", "--force", id]);
  });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status, { timeout: 20_000 })
    .toBe(200);
  return url;
}

test("19 wrong passwords of known and of unknown users take equally long, within 10 %", async () => {
  const url = await authApi();
  const milliseconds = async (username: string) => {
    const startedAt = performance.now();
    const body = new URLSearchParams({ username, password: "wrong" });
    const response = await fetch(`${url}/token`, { method: "POST", body });
    await response.text();
    expect(response.status).toBe(401);
    return performance.now() - startedAt;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // Alternates, with each kind first equally often, so that other load affects both equally.
    const inTurn = [
      async () => known.push(await milliseconds("alice")),
      async () => unknown.push(await milliseconds("ailce")),
    ];
    for (const ask of pair % 2 === 0 ? inTurn : inTurn.reverse()) await ask();
  }
  const ratio = median(known) / median(unknown);
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
});

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
