import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { freePort } from "../../../tests/free-port.ts";
import { startService } from "../../../tests/programs/service-process.ts";
import { testKeys } from "../../../tests/programs/token-keys.ts";
import { demoUsers } from "./accounts/built-in-users.ts";
import { openDatabase } from "./accounts/sqlite/open-database.ts";

const { environment } = testKeys("0123456789abcdef0123456789abcdef");

const start = (env: Record<string, string>) =>
  startService(new URL("./main.ts", import.meta.url), {
    ACCOUNTS_FOLDER: scratchFolder(),
    DEMO_USERS: "true",
    SESSION_SECRET: "s".repeat(32),
    ...env,
  });

test.each([
  [{}, "TOKEN_KEY is not set"],
  [{ ...environment, TOKEN_KEY: "not JSON" }, "TOKEN_KEY is wrong"],
  [{ ...environment, TOKEN_KEYS: '{"keys":[]}' }, "TOKEN_KEYS is wrong"],
  [{ ...environment, TOKEN_SECONDS: "0" }, 'TOKEN_SECONDS is "0"'],
  [{ ...environment, TOKEN_FAILURES_PER_MINUTE: "10001" }, "a whole number from 1 to 10000"],
  [{ ...environment, PORT: "x" }, 'PORT is "x"'],
  [{ ...environment, ACCOUNTS_FOLDER: "here" }, 'ACCOUNTS_FOLDER is "here"'],
  [{ ...environment, PROGRAM_PASSWORD: "short" }, "PROGRAM_PASSWORD is wrong"],
  [{ ...environment, SESSION_SECRET: "short" }, "SESSION_SECRET is wrong"],
  [{ ...environment, SESSION_IDLE_MINUTES: "0" }, "a whole number from 1 to 43200"],
  [{ ...environment, DEMO_USERS: "yes" }, 'DEMO_USERS is "yes"; it must be true or false'],
])("%# ends the process with one line that says why", async (env, message) => {
  const { lines, exited } = start(env);
  expect(await exited).toEqual([1, null]);
  expect(lines()).toEqual([
    expect.objectContaining({ level: "fatal", msg: expect.stringContaining(message) }),
  ]);
});

/** Starts the service on a free port, and waits until it is ready. */
async function startReady() {
  const service = await startWith({});
  await expect.poll(() => service.get("/readyz").catch(() => 0), { timeout: 15_000 }).toBe(200);
  return service;
}

async function startWith(env: Record<string, string>) {
  const port = await freePort();
  const service = start({ ...environment, PORT: String(port), ...env });
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.status);
  const login = (username: string, password: string) =>
    fetch(`http://127.0.0.1:${port}/token`, {
      method: "POST",
      body: new URLSearchParams({ username, password }),
    });
  return { ...service, port, get, login };
}

test("with 10,000 users the service starts, each can sign in, and all are listed", async () => {
  const folder = scratchFolder();
  const database = openDatabase(folder);
  // Adding each alone would wait 10,000 times for the disk. All have the password of alice.
  const hash = demoUsers[0]?.passwordHash ?? "";
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
     INSERT INTO users (name, spelling, password_hash, can_order, operator, created_at, updated_at)
     SELECT 'User' || i, 'user' || i, '${hash}', 1, 0, 1, 1 FROM n`,
  );
  database.close();
  const { get, login } = await startWith({ ACCOUNTS_FOLDER: folder });
  await expect.poll(() => get("/readyz").catch(() => 0), { timeout: 15_000, interval: 20 }).toBe(200);
  const answers = await Promise.all([1, 5000, 10_000].map((i) => login(`USER${i}`, "password")));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { stdout } = await execa(process.execPath, [path.join(import.meta.dirname, "manage/main.ts")], {
    input: JSON.stringify({ command: "list" }),
    env: { ACCOUNTS_FOLDER: folder },
  });
  // The demo users are listed too.
  const { users } = z.object({ users: z.array(z.unknown()) }).parse(JSON.parse(stdout));
  expect(users).toHaveLength(10_003);
});

test("with a damaged file nobody can sign in until it is put back", async () => {
  const folder = scratchFolder();
  const file = path.join(folder, "accounts.sqlite");
  openDatabase(folder).close();
  const good = readFileSync(file);
  writeFileSync(file, good.subarray(0, good.length / 2));
  const { get, login, lines } = await startWith({ ACCOUNTS_FOLDER: folder });
  await expect.poll(() => get("/livez").catch(() => 0), { timeout: 15_000 }).toBe(200);
  expect(await get("/readyz")).toBe(503);
  const refused = await login("alice", "password");
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ code: "accounts_unavailable" }),
  ]);
  const [said] = lines().filter(({ msg }) => msg === "the account store fails");
  expect(said.err.message).toMatch(/accounts\.sqlite .*(damaged|cannot be opened).*Put back a copy/);
  expect(readFileSync(file)).toEqual(good.subarray(0, good.length / 2));
  writeFileSync(file, good);
  expect(await get("/readyz")).toBe(200);
  expect((await login("alice", "password")).status).toBe(200);
});

test("SIGTERM finishes running requests, accepts no new ones and exits 0", async () => {
  const { child, lines, exited, port, get, login } = await startReady();
  // An idle connection, which the router would keep for 120 s, does not delay the end of the process.
  const idle = connect(port, "127.0.0.1");
  await once(idle, "connect");
  const running = login("alice", "password");
  await new Promise((resolve) => setTimeout(resolve, 15));
  child.kill("SIGTERM");
  expect((await running).status).toBe(200);
  expect(await exited).toEqual([0, null]);
  expect(lines().map((line) => line.msg)).toContain("stopped");
  await expect(get("/health")).rejects.toThrow();
});

test("after SIGTERM a kept-alive connection carries one more request, and new ones are refused", async () => {
  const { child, exited, lines, port } = await startReady();
  const router = connect(port, "127.0.0.1");
  const answer = async () => String((await once(router, "data"))[0]);
  const request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  router.write(request);
  expect(await answer()).toMatch(/^Connection: keep-alive$/im);
  child.kill("SIGTERM");
  await expect.poll(() => lines().map(({ msg }) => msg)).toContain("stopping");
  router.write(request);
  const last = await answer();
  expect(last).toMatch(/^HTTP\/1.1 200 /);
  expect(last).toMatch(/^Connection: close$/im);
  await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  expect(await exited).toEqual([0, null]);
});

test("a flood of wrong passwords gets 401 or 503, and health answers all the while", async () => {
  const { get, login } = await startReady();
  let open = 100;
  const flood = Array.from({ length: open }, async (_, i) => {
    const { status, headers } = await login(`user ${i}`, "wrong").finally(() => open--);
    return `${status}, Retry-After ${headers.get("Retry-After")}`;
  });
  await Promise.race(flood);
  expect(open).toBeGreaterThan(0);
  while (open > 0) {
    expect(await Promise.all(["/health", "/livez", "/readyz"].map(get))).toEqual([200, 200, 200]);
  }
  const answers = new Set(await Promise.all(flood));
  expect(answers).toEqual(new Set(["401, Retry-After null", "503, Retry-After 1"]));
  expect((await login("bob", "password")).status).toBe(200);
});

test("no password is hashed for a client that disconnected while it waited", async () => {
  const { child, lines, exited, port, login } = await startReady();
  const others = Array.from({ length: 20 }, (_, i) => login(`user ${i}`, "wrong"));
  await Promise.race(others);
  const client = connect(port, "127.0.0.1");
  const body = "username=alice&password=wrong";
  client.write(
    "POST /token HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: gone\r\n" +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.destroy();
  await Promise.all(others);
  child.kill("SIGTERM");
  await exited;
  // If the password had been hashed, the status would be 401.
  expect(lines()).toContainEqual(
    expect.objectContaining({ msg: "request", request_id: "gone", status: 400 }),
  );
});

test("headers up to 128 KiB are accepted; larger ones get a problem document", async () => {
  const { port } = await startReady();
  const send = async (bytes: number) => {
    const headers = { Authorization: `Bearer ${"a".repeat(bytes)}` };
    const response = await fetch(`http://127.0.0.1:${port}/token`, { headers });
    return { status: response.status, body: await response.json() };
  };
  expect(await send(100 * 1024)).toMatchObject({ status: 405 });
  // The app refuses the first one, and Node's parser the second one.
  for (const bytes of [200 * 1024, 400 * 1024]) {
    expect(await send(bytes)).toMatchObject({
      status: 431,
      body: { status: 431, code: "headers_too_large" },
    });
  }
});

test.each([
  ["GET /token HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n", 400, "malformed_request"],
  ["POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", 408, "request_timeout"],
])("a request that Node refuses, %j, gets a problem document with %i", async (request, status, code) => {
  const { port, get } = await startReady();
  const client = connect(port, "127.0.0.1");
  client.write(request);
  const [head = "", body = ""] = (await text(client)).split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/^Content-Type: application\/problem\+json$/m);
  expect(JSON.parse(body)).toMatchObject({ status, code });
  expect(await get("/livez")).toBe(200);
});
