import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { rotateRedisPassword } from "../../../commands/stack/rotate-redis-password.ts";
import { FaultStack } from "../harness/fault-stack.ts";
import { Orders, outcomes } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

/** The user and password with which a service signs in to Redis. */
async function accountOf(part: string) {
  const { stdout } = await stack.exec(await stack.clone.container(part), "printenv", "REDIS_URL");
  const { username, password } = new URL(stdout);
  return { username, password };
}

async function ping({ username, password }: { username: string; password: string }): Promise<string> {
  const { id } = await stack.clone.container("redis");
  // Passed by name, so that the value is in no argument list.
  const ask = ["exec", "--env", "REDISCLI_AUTH", id, "redis-cli", "--user", username, "ping"];
  const { stdout, stderr } = await execa("docker", ask, { env: { REDISCLI_AUTH: password } });
  return `${stdout}${stderr}`;
}

test("21 new passwords for Redis cost no request, keep Redis running, and end the old ones", {
  timeout: 300_000,
}, async () => {
  const accounts = await Promise.all(["order-api", "ocr-worker"].map(accountOf));
  expect(accounts.map(({ username }) => username)).toEqual(["order-api", "ocr-worker"]);
  for (const account of accounts) expect(await ping(account)).toBe("PONG");
  const processes = await stack.processes("redis");
  const statuses: number[] = [];
  const ids: string[] = [];
  let isDone = false;
  const customers = async () => {
    while (!isDone) {
      const token = await stack.customer.token("bob");
      const placed = await stack.customer.post(
        "/orders",
        { title_number: "OK21", document_type: "lease" },
        token,
      );
      const listed = await stack.customer.get("/orders?limit=1", token);
      statuses.push(placed.status, listed.status);
      if (placed.status === 202) ids.push(String(placed.body.order_id));
      await pause(100);
    }
  };
  const rotate = async () => {
    try {
      await rotateRedisPassword(stack.clone.stack, { quiet: true });
    } finally {
      isDone = true;
    }
  };
  await Promise.all([rotate(), customers()]);
  console.log(`${statuses.length} requests during the rotation`);
  expect(statuses.length).toBeGreaterThan(20);
  expect([...new Set(statuses)].sort()).toEqual([200, 202]);
  expect(await stack.processes("redis")).toEqual(processes);
  for (const account of accounts) expect(await ping(account)).toMatch(/WRONGPASS/);
  for (const part of ["order-api", "ocr-worker"]) expect(await ping(await accountOf(part))).toBe("PONG");
  for (const id of ids) expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
});

test("21 a Redis that lost its users gets them again", async () => {
  await stack.redis("ACL", "DELUSER", "order-api", "ocr-worker");
  await expect.poll(async () => (await orders.post("OK21")).status, { timeout: 30_000 }).toBe(202);
  await stack.untilReady();
  expect(outcomes(await orders.ended(await orders.place("OK21")))).toEqual(["completed"]);
});

test.each(["order-api", "ocr-worker"])("21 %s cannot read the files of Redis", async (part) => {
  const container = await stack.clone.container(part);
  for (const read of [
    "ls /redis",
    "cat /redis/users.acl",
    "cat /redis/appendonlydir/appendonly.aof.manifest",
  ]) {
    const { exitCode, stdout, stderr } = await stack.exec(container, "sh", "-c", read);
    expect([exitCode, stdout, stderr], read).toEqual([
      expect.any(Number),
      "",
      expect.stringMatching(/denied/),
    ]);
  }
});
