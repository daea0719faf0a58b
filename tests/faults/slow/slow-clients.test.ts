import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const port = Number(new URL(stack.url).port);

const clients = 500;
/** Tolerance for connecting and for the event loop with a thousand sockets. */
const slackMs = 1000;

/**
 * Sends `first` at once and `rest` byte by byte. @returns the time until the server ended it, and the answer
 */
async function slowClient(beginning: string): Promise<{ ms: number; answer: string }> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text) => {
    answer += text;
  });
  // A reset also closes the connection, as expected.
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
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
  "Content-Length: 10000\r\n\r\n{";

test("17 500 slow headers and 500 slow bodies end within 10 s; other clients wait 1 s at most", async () => {
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
