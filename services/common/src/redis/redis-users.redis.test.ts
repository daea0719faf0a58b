import { afterAll, expect, test } from "vitest";
import { redisUrlAs } from "../../../../tests/redis/redis-container.ts";
import { redisDatabase, silentLog } from "../../../../tests/redis/redis-database.ts";
import { closeRedis, openRedis } from "./redis-connection.ts";
import { redisUsers } from "./redis-users.ts";

// That each service may do what it does is shown by all other tests, which run as its user.
const connections = Object.fromEntries(
  redisUsers.map((user) => [user, openRedis(redisUrlAs(user, redisDatabase()), silentLog, "wait")]),
);
afterAll(() => Promise.all(Object.values(connections).map(closeRedis)));

const forbidden = expect.stringMatching(/^NOPERM/);
/** Redis 7.0 writes the first two, later versions "ACL failure in script". */
const forbiddenInScript = /can't run this command|can't access|ACL failure in script|not allowed from script/;
const answer = (user: string, ...command: string[]) =>
  connections[user]?.sendCommand(command).then(String, (error: Error) => error.message);

const administration = [
  ...["FLUSHALL", "FLUSHDB", "KEYS *", "MONITOR", "SHUTDOWN NOSAVE", "SAVE", "BGREWRITEAOF", "CLIENT LIST"],
  ...["CONFIG GET requirepass", "CONFIG SET maxmemory 1", "ACL LIST", "ACL SETUSER x"],
  ...["REPLICAOF 127.0.0.1 1", "MODULE LIST", "SCRIPT FLUSH", "FUNCTION FLUSH", "SWAPDB 0 1"],
  ...["MIGRATE 127.0.0.1 1 k 0 1", "DUMP order:1", "RESTORE order:1 0 x", "RANDOMKEY", "PSUBSCRIBE *"],
];

test.each(redisUsers.flatMap((user) => administration.map((command) => [user, command] as const)))(
  "%s may not run %s",
  async (user, command) => {
    expect(await answer(user, ...command.split(" "))).toEqual(forbidden);
  },
);

test.each([
  ["order-api", "the work of workers", "BZPOPMIN queue:marker 1"],
  ["order-api", "the lease for sweeping", "EVAL return 1 orders:sweeper"],
  ["order-api", "what earlier versions left", "EXISTS bull:orders:meta"],
  ["order-api", "values of any type", "GET order:1"],
  ["order-api", "keys of any name", "HGETALL secrets"],
  ["order-api", "other channels", "PUBLISH orders x"],
  ["ocr-worker", "numbers of new orders", "INCR orders:sequence"],
  ["ocr-worker", "ids of people", "HGETALL identities"],
  ["ocr-worker", "idempotency keys", "HGETALL user:1:idempotency:x"],
  ["ocr-worker", "other channels", "SUBSCRIBE order:1:events"],
  ["ocr-worker", "keys of any name", "DEL secrets"],
  ["ocr-worker", "keys of any name, by sorting", "SORT secrets BY nosort STORE order:1"],
  ["ocr-worker", "what is in keys of any name, by sorting", "SORT_RO user:1:orders BY nosort GET secrets"],
])("%s may not use %s (%s)", async (user, _, command) => {
  const [name = "", ...words] = command.split(" ");
  const line = name === "EVAL" ? [name, "return 1", "1", words.at(-1) ?? ""] : [name, ...words];
  expect(await answer(user, ...line)).toEqual(forbidden);
});

test.each([...redisUsers])("%s gains nothing by a script", async (user) => {
  for (const call of ["'FLUSHALL'", "'CONFIG', 'GET', '*'", "'HGETALL', 'secrets'", "'ACL', 'WHOAMI'"]) {
    expect(await answer(user, "EVAL", `return redis.call(${call})`, "0"), call).toMatch(forbiddenInScript);
  }
});

test("nobody is let in without a user", async () => {
  const address = new URL(redisDatabase());
  address.username = "";
  const asDefault = openRedis(address.href, silentLog, "reject");
  const reason = new Promise<string>((resolve) => asDefault.on("error", (error) => resolve(error.message)));
  expect(await reason).toMatch(/^WRONGPASS/);
  await closeRedis(asDefault);
});
