import { hasEnded, orderStatuses } from "@orbital-witness/common/orders/order.ts";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { setting } from "../../../commands/stack/project.ts";
import { STACK } from "../../stack/stack-under-test.ts";
import { FaultStack } from "../harness/fault-stack.ts";
import { SteadyTraffic, type TrafficReport } from "../harness/steady-traffic.ts";

const stack = await FaultStack.open();
const { folder } = stack.clone;

const idOf = async (part: string) => (await stack.clone.container(part)).id;

/** Sign-ins and orders that go on while `change` runs. */
async function trafficDuring(change: () => Promise<unknown>): Promise<TrafficReport> {
  const traffic = new SteadyTraffic(stack.url);
  try {
    await expect.poll(() => traffic.requests, { timeout: 30_000 }).toBeGreaterThan(20);
    await change();
    const before = traffic.requests;
    await expect.poll(() => traffic.requests, { timeout: 30_000 }).toBeGreaterThan(before + 20);
  } finally {
    await traffic.stop();
  }
  const report = await traffic.stop();
  console.log(JSON.stringify({ ...report, orderIds: report.orderIds.length }));
  return report;
}

/** Every order that was accepted is there and ends. */
async function expectEnded({ orderIds }: TrafficReport): Promise<void> {
  expect(orderIds.length).toBeGreaterThan(20);
  const listed = new Set(await stack.customer.orderIds("title_number=OW00000404"));
  expect(orderIds.filter((id) => !listed.has(id))).toEqual([]);
  for (const id of [...orderIds.slice(0, 5), ...orderIds.slice(-5)]) {
    expect((await stack.customer.ended(id)).status).toBe("failed");
  }
}

/** Every accepted order has ended, and those that the clients did not see accepted too. */
async function expectAllEnded({ orderIds }: TrafficReport): Promise<void> {
  for (const status of orderStatuses.filter((each) => !hasEnded(each))) {
    const waiting = () => stack.customer.orderIds(`title_number=OW00000404&status=${status}`);
    await expect.poll(waiting, { timeout: 120_000, interval: 1000 }).toEqual([]);
  }
  const failed = new Set(await stack.customer.orderIds("title_number=OW00000404&status=failed"));
  expect(orderIds.filter((id) => !failed.has(id))).toEqual([]);
  console.log(`${failed.size} ended, ${orderIds.length} of them accepted just now`);
}

test("an update that replaces both APIs fails no sign-in and no order", { timeout: 600_000 }, async () => {
  const before = [await idOf("auth-api"), await idOf("order-api")];
  const report = await trafficDuring(async () => {
    await stack.clone.stack.set("tokenFailuresPerMinute", "11");
    await stack.clone.stack.set("ordersPerMinute", "999999");
    await stack.clone.up();
  });
  expect(await idOf("auth-api")).not.toBe(before[0]);
  expect(await idOf("order-api")).not.toBe(before[1]);
  expect(report.failures).toEqual({});
  await expectEnded(report);
});

async function replacing(part: string, file: string, change: (text: string) => string) {
  const before = await idOf(part);
  await stack.clone.edit(file, change);
  const report = await trafficDuring(() => stack.clone.up());
  expect(await idOf(part)).not.toBe(before);
  return report;
}

test("an update that replaces Redis answers 503 meanwhile, and loses no accepted order", {
  timeout: 600_000,
}, async () => {
  const change = (text: string) => text.replace("\ndir /data\n", "\n# new\ndir /data\n");
  const report = await replacing("redis", "pulumi/components/redis-config.ts", change);
  const unclear = Object.keys(report.failures).filter((failure) => !/: 503 \S+ Retry-After \d/.test(failure));
  expect(unclear).toEqual([]);
  await expectEnded(report);
  await expectAllEnded(report);
});

test("an update that replaces the router does not wait for streams, and loses no accepted order", {
  timeout: 600_000,
}, async () => {
  // A stream that is open as long as there are slow orders before its own.
  const slow: string[] = [];
  for (let count = 0; count < 6; count += 1) slow.push(await stack.customer.place("SLO1", "lease"));
  const stream = stack.customer.events(slow.at(-1) ?? "").then(
    () => "ended",
    () => "cut off",
  );
  const report = await replacing("router", "pulumi/Caddyfile", (text) => `# new\n${text}`);
  // Docker's proxy accepts a connection until the container has ended, and then closes it.
  const refused = /: (ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/;
  expect(Object.keys(report.failures).filter((failure) => !refused.test(failure))).toEqual([]);
  expect(await stream).toBe("cut off");
  await expectEnded(report);
  await expectAllEnded(report);
  for (const id of slow) await stack.customer.cancel(id);
});

test("a change of the key fails no sign-in and no order, also when interrupted", {
  timeout: 900_000,
}, async () => {
  const keys = async () => (await stack.customer.get("/.well-known/jwks.json")).text;
  const [secret, published] = [await stack.clone.jwtSecret(), await keys()];
  const rotate = ["commands/rotate/key.ts", "--stack", STACK];
  const env = { STACK_ENGINE: stack.clone.stack.cli.kind };
  const report = await trafficDuring(async () => {
    const interrupted = execa(process.execPath, rotate, { cwd: folder, env, reject: false, all: true });
    onTestFinished(() => void interrupted.kill("SIGKILL"));
    await expect
      .poll(() => setting(folder, STACK, "retiredTokenKeyUntil"), { timeout: 300_000 })
      .not.toBe("");
    interrupted.kill("SIGKILL");
    await interrupted;
    const { all, exitCode } = await execa(process.execPath, rotate, {
      cwd: folder,
      env,
      reject: false,
      all: true,
    });
    expect([exitCode, all]).toEqual([0, expect.stringContaining("The key of tokens has been changed.")]);
  });
  expect(report.failures).toEqual({});
  expect(await stack.clone.jwtSecret()).not.toBe(secret);
  expect(await keys()).not.toBe(published);
  expect(JSON.parse(await keys()).keys).toHaveLength(1);
  for (const name of ["jwtSecretNext", "retiredTokenKey", "retiredTokenKeyUntil"]) {
    expect(setting(folder, STACK, name), name).toBe("");
  }
  await expectEnded(report);
});
