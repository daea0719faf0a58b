import { expect, test } from "vitest";
import { appendOnlyFile, FaultStack } from "./harness/fault-stack.ts";
import { Orders } from "./harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

/** Lets orders end, which are then the last entries of the file. */
async function endedOrders(): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: 4 }, () => orders.place("OK8")));
  for (const id of ids) await orders.ended(id);
  return ids;
}

test("8 the append-only file is cut off at its end: Redis loads every order but the last", async () => {
  const redis = await stack.clone.container("redis");
  const ids = await endedOrders();
  const cut = await orders.place("MS5000");
  const stopped = await stack.stop(redis);
  const since = new Date();
  const search = `grep --byte-offset --only-matching --text --max-count=1 ${cut}`;
  const found = `${search} ${appendOnlyFile} | head -n 1`;
  await stack.onVolume(redis, `truncate --size "$(${found} | cut -d : -f 1)" ${appendOnlyFile}`);
  await stopped.end();
  await stack.untilReady();
  expect((await stack.lines(redis, since)).join("\n")).toContain("Truncating the AOF");
  expect(await Promise.all(ids.map((id) => orders.status(id)))).toEqual(ids.map(() => 200));
  expect(await orders.status(cut)).toBe(404);
  expect((await orders.workersAtWork()).size).toBe(2);
});

test("8 the append-only file is damaged in the middle: Redis does not start, and says why", {
  timeout: 120_000,
}, async () => {
  const redis = await stack.clone.container("redis");
  const ids = await endedOrders();
  const stored = await orders.stored();
  const stopped = await stack.stop(redis);
  const since = new Date();
  const damaged = await stack.begin(
    () =>
      stack.onVolume(
        redis,
        `cp ${appendOnlyFile} whole
         middle=$(($(stat --format %s whole) / 2))
         dd if=/dev/zero of="$(echo ${appendOnlyFile})" bs=1 seek="$middle" count=100 \\
           conv=notrunc status=none`,
      ),
    () => stack.onVolume(redis, `cp whole ${appendOnlyFile}; rm whole`),
  );
  await stopped.end();
  const restarts = () => stack.inspect(redis, "{{.RestartCount}}").then(Number);
  await expect.poll(restarts, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
  expect(await stack.inspect(redis, "{{.State.Health.Status}}")).not.toBe("healthy");
  // "Bad file format" or "Unknown command", depending on where the damage is.
  expect((await stack.lines(redis, since)).join("\n")).toContain("reading the append only file");
  expect((await orders.post("OK88")).status).toBe(503);
  expect(await stack.isReady(await stack.clone.container("order-api"))).toBe(false);
  const stoppedAgain = await stack.stop(redis);
  await damaged.end();
  await stoppedAgain.end();
  await stack.untilReady();
  expect(await orders.stored()).toEqual(stored);
  expect(await Promise.all(ids.map((id) => orders.view(id)))).toMatchObject(
    ids.map(() => ({ status: "completed" })),
  );
});
