import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect, test } from "vitest";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();

/** This test locks charlie out for a minute. No other fault test logs in as charlie. */
const victim = "charlie";

/** Headers in which a client claims an address. Each call claims a different one. */
function claimedAddress(count: number): Record<string, string> {
  const address = `198.51.100.${count}`;
  return {
    "x-forwarded-for": address,
    forwarded: `for=${address};proto=https`,
    "x-real-ip": address,
    "true-client-ip": address,
    // A proxy removes the headers named here.
    ...(count % 2 === 0 ? { connection: "close, x-real-ip, x-forwarded-for" } : {}),
  };
}

async function wrongPassword(count: number): Promise<IncomingMessage> {
  const headers = { "content-type": "application/json", ...claimedAddress(count) };
  const asking = request(`${stack.url}/token`, { method: "POST", headers });
  asking.end(JSON.stringify({ username: victim, password: `wrong ${count}` }));
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer;
}

test("19 100 wrong passwords with rotating addresses: 429 at some point, others can log in", async () => {
  const answers: IncomingMessage[] = [];
  for (let count = 1; count <= 100; count += 1) answers.push(await wrongPassword(count));
  const statuses = answers.map(({ statusCode }) => statusCode);
  const first = statuses.indexOf(429);
  expect(statuses).toEqual([...Array(first).fill(401), ...Array(100 - first).fill(429)]);
  expect(first).toBeGreaterThan(0);
  for (const { headers } of answers.slice(first)) expect(headers["retry-after"]).toMatch(/^[1-9]\d?$/);

  for (const username of ["alice", "bob"]) {
    expect((await stack.customer.post("/token", { username, password: "password" })).status).toBe(200);
  }
});
