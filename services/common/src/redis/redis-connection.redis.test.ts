import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { redisDatabase, silentLog } from "../../../../tests/redis/redis-database.ts";
import { startTcpProxy } from "../../../../tests/redis/tcp-proxy.ts";
import { closeRedis, openRedis, type RedisConnection } from "./redis-connection.ts";

const limits = { pingMs: 100, silenceMs: 900 };

/** Connections through a proxy that can silence them without closing them. */
async function throughProxy() {
  const url = new URL(redisDatabase());
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const open = (whenAway: "reject" | "wait") => {
    const connection = openRedis(url.href, silentLog, whenAway, limits);
    onTestFinished(() => closeRedis(connection));
    return connection;
  };
  return { proxy, open };
}

/** Writes continuously, as a busy worker does: a socket that is written to is never idle. */
function keepWriting(connection: RedisConnection): void {
  const timer = setInterval(() => connection.incr("written").catch(() => {}), 50);
  onTestFinished(() => clearInterval(timer));
}

test.each(["reject", "wait"] as const)(
  "a silent connection is replaced while commands are sent (%s)",
  async (when) => {
    const { proxy, open } = await throughProxy();
    const connection = open(when);
    await expect.poll(() => connection.isReady).toBe(true);
    keepWriting(connection);
    expect(proxy.blackHole()).toBe(1);
    const lost = connection.get("lost");
    await expect(lost).rejects.toThrow();
    await expect.poll(() => connection.set("back", when).catch(String), { timeout: 5000 }).toBe("OK");
  },
);

test("a silent connection keeps its subscriptions when it is replaced", async () => {
  const { proxy, open } = await throughProxy();
  const [messages, sender] = [open("wait"), open("wait")];
  const received: string[] = [];
  await messages.subscribe("channel", (message) => received.push(message));
  proxy.blackHole();
  const exchange = async () => {
    await sender.publish("channel", "again").catch(() => {});
    return received;
  };
  await expect.poll(exchange, { timeout: 5000 }).toContain("again");
});

test("a silent connection that waits for work is replaced too", async () => {
  const { proxy, open } = await throughProxy();
  const [connection, blocking] = [open("wait"), open("wait")];
  await Promise.all([connection.ping(), blocking.ping()]);
  const deaf = blocking.bzPopMin("none", 0);
  await pause(50);
  expect(proxy.blackHole()).toBe(2);
  await expect(deaf).rejects.toThrow();
  const popped = blocking.bzPopMin("some", 0);
  await connection.zAdd("some", { score: 1, value: "there" }).catch(() => {});
  await expect.poll(() => connection.isReady, { timeout: 5000 }).toBe(true);
  await connection.zAdd("some", { score: 1, value: "there" });
  expect(await popped).toMatchObject({ value: "there" });
});

test("a connection that is idle, blocked for less than the limit, or closed is not replaced", async () => {
  const { open } = await throughProxy();
  const connection = open("wait");
  let readies = 0;
  connection.on("ready", () => readies++);
  await connection.bzPopMin("none", 0.6);
  await pause(1500);
  expect(readies).toBe(1);
  connection.destroy();
  await pause(1500);
  expect(connection.isOpen).toBe(false);
});
