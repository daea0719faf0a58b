import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const port = Number(new URL(stack.url).port);

const clients = 500;
/** What the clock here adds: connecting, and the event loop of a thousand sockets. */
const slackMs = 1000;

/** A client that says so much at once and the rest byte by byte. @returns how long it was let do so, and what came back */
async function slowClient(beginning: string): Promise<{ ms: number; answer: string }> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text) => {
    answer += text;
  });
  // A connection that was cut is one that was closed, which is what is waited for.
  socket.on("error", () => {});
  await once(socket, "connect");
  const connectedAt = performance.now();
  socket.write(beginning);
  const drip = setInterval(() => socket.write("a"), 500);
  await once(socket, "close");
  clearInterval(drip);
  return { ms: performance.now() - connectedAt, answer };
}

const slowHeader = "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const slowBody = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{`;

test("17 500 slow headers and 500 slow bodies: others are answered within 1 s, the slow are closed within 10 s", async () => {
  const beginnings = [slowHeader, slowHeader, slowBody("/token"), slowBody("/orders")];
  const slow = Array.from({ length: 2 * clients }, (_, index) =>
    slowClient(beginnings[index % 4] ?? slowHeader),
  );
  const all = Promise.all(slow).then((ends) => ({ ends }));

  const others: { status: number; ms: number }[] = [];
  const ask = async (asking: () => Promise<{ status: number }>) => {
    const startedAt = performance.now();
    const { status } = await asking();
    others.push({ status, ms: performance.now() - startedAt });
  };
  const token = await stack.customer.token();
  while ((await Promise.race([all, pause(100)])) === undefined) {
    await ask(() => stack.customer.get("/health"));
    await ask(() => stack.customer.post("/token", { username: "bob", password: "password" }));
    await ask(() => stack.customer.get("/order/readyz", token));
  }

  const { ends } = await all;
  expect(Math.max(...ends.map(({ ms }) => ms))).toBeLessThan(10_000 + slackMs);
  expect(ends.filter(({ answer }) => /access_token|order_id/.test(answer))).toEqual([]);
  expect(others.length).toBeGreaterThan(10);
  expect(others.filter(({ status, ms }) => status !== 200 || ms >= 1000)).toEqual([]);
});
