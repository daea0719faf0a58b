import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const logs = (...options: string[]) =>
  execa("node", ["commands/logs/logs.ts", "--stack", "test", ...options], {
    ...{ cwd: stack.clone.folder, reject: false, all: true },
  });

test("an order's log goes from the router to the worker, with the time between its steps", async () => {
  const orderId = await stack.customer.place("SHO1", "lease");
  await stack.customer.ended(orderId);
  const { stdout, exitCode } = await logs("--no-follow", "--order", orderId);
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n");
  for (const [source, text] of [
    ["router", "POST /orders → 202"],
    ["order-api", "order accepted"],
    ["ocr-worker-\\d", "order started"],
    ["ocr-worker-\\d", "order completed"],
  ] as const) {
    const form = new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} +\\+[\\d.]+ m?s ${source} +info +${text}`);
    expect(
      lines.filter((line) => form.test(line)),
      stdout,
    ).toHaveLength(1);
  }
  expect(stdout).not.toContain(`GET /orders/${orderId}`);
});

test("the log follows a service that is restarted", async () => {
  const running = logs("order-api", "--since", "1s");
  onTestFinished(() => void running.kill());
  let text = "";
  running.all?.on("data", (data) => {
    text += data;
  });
  const says = (words: string) =>
    expect.poll(() => text, { timeout: 60_000, interval: 200 }).toContain(words);
  const { id } = await stack.clone.container("order-api");
  await expect
    .poll(
      async () => {
        await stack.customer.get("/orders/logged");
        return text;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toContain("/orders/logged");
  await execa("docker", ["restart", "--time", "0", id]);
  await says("order-api stopped");
  await says("order-api started");
  await says("listening");
  await stack.untilReady();
  expect(text).not.toContain("router");
});

test.for([
  ["--level", "loud", "There is no level 'loud'."],
  ["--order", "7", "'7' is not the id of an order."],
  ["--since", "yesterday", "'yesterday' is not a time."],
  ["postgres", "--no-follow", "The stack has no service 'postgres'."],
  ["--stack", "other", "The stack 'other' of this folder has no containers."],
])("%s %s: says what is wrong and what would be right", async ([option = "", value = "", message]) => {
  const { stderr, exitCode } = await logs(option, value);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message ?? "")]);
  expect(stderr).toContain("What to do:");
});
