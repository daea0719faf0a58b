import type { HttpApp } from "@orbital-witness/common/http/http-app.ts";
import { createLog } from "@orbital-witness/common/log.ts";
import { verifyToken } from "@orbital-witness/common/tokens/access-token.ts";
import { createLocalJWKSet, type JWK, jwtVerify } from "jose";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { testKeys } from "../../../tests/programs/token-keys.ts";
import { AccountsUnavailable } from "./accounts/account.ts";
import { demoUsers, keepBuiltInUsers } from "./accounts/built-in-users.ts";
import { AccountFile } from "./accounts/sqlite/account-file.ts";
import { openMemory } from "./accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "./accounts/sqlite/sqlite-accounts.ts";
import { UserDirectory } from "./accounts/user-directory.ts";
import { createAuthApp } from "./app.ts";
import { Sessions } from "./sessions/sessions.ts";

const { jwk, signing, verifying } = testKeys("0123456789abcdef0123456789abcdef");
const { d: _, ...publicJwk } = jwk;
const keySet = { keys: [publicJwk] };
const lines: string[] = [];
const log = createLog("auth-api", "trace", { write: (line) => lines.push(line) });
const file = new AccountFile(openMemory);
const accounts = new SqliteAccounts(file);
await keepBuiltInUsers(accounts, { demo: true });
const options = {
  log,
  key: signing,
  keySet,
  users: new UserDirectory(accounts),
  sessions: new Sessions(file, { key: "k".repeat(32), idleSeconds: 3600, totalSeconds: 36_000 }),
  sessionIdleSeconds: 3600,
  ready: () => accounts.check(),
  tokenSeconds: 30,
  failuresPerMinute: 10,
};

/** Users whose password, "password", is hashed in a hundredth of the usual time. For tests of many logins. */
const passwordHash =
  "$argon2id$v=19$m=64,t=1,p=1$7UpxUn05BGPn4Ks5mvqeUw$2FNgUTAaD1LaQw6RpReo5Kv92Z+In+Xc9t1ox1G1oQo";
const quickAccounts = new SqliteAccounts(new AccountFile(openMemory));
await quickAccounts.keepBuiltIn(demoUsers.map((user) => ({ ...user, passwordHash })));
const quicklyHashed = new UserDirectory(
  quickAccounts,
  "$argon2id$v=19$m=64,t=1,p=1$zoF5TO0hRggn8Wa/mvN39A$pK6z1g+6pTlKRmA0t+yJd74EbubgiMYyBsOLG7M5dRA",
);
let app: HttpApp;
beforeEach(() => {
  app = createAuthApp(options);
});

async function login(username: string, password: string, headers: Record<string, string> = {}) {
  return app.request("/token", {
    method: "POST",
    body: new URLSearchParams({ username, password }),
    headers: { "X-Real-IP": "203.0.113.7", ...headers },
  });
}

/** The count of each value. */
function counts(statuses: number[]): Record<number, number> {
  const all: Record<number, number> = {};
  for (const status of statuses) all[status] = (all[status] ?? 0) + 1;
  return all;
}

test.each([
  ["alice", 1, true, false],
  ["bob", 2, true, true],
  ["charlie", 3, false, false],
])("%s gets a token with the user's rights", async (username, user_id, can_order, operator) => {
  const response = await login(username, "password");
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const body = await response.json();
  const { token } = z.object({ token: z.string() }).parse(body);
  expect(body).toEqual({ access_token: token, token_type: "Bearer", expires_in: 30, token });
  expect(await verifyToken(verifying, token)).toEqual({ user_id, username, can_order, operator });
});

test("a login can also be sent as JSON or multipart", async () => {
  const body = new FormData();
  body.set("username", "alice");
  body.set("password", "password");
  const address = { "X-Real-IP": "203.0.113.7" };
  expect((await app.request("/token", { method: "POST", body, headers: address })).status).toBe(200);
  const json = JSON.stringify({ username: "alice", password: "password" });
  const headers = { ...address, "Content-Type": "application/json" };
  expect((await app.request("/token", { method: "POST", body: json, headers })).status).toBe(200);
});

test.each([
  ["password=x", "username is required"],
  ["username=a&username=b&password=x", "username must be given once, with a single value"],
  ["username=%20&password=x", "username must not be blank"],
])("%s is 422: %s", async (body, detail) => {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", "X-Real-IP": "203.0.113.7" };
  const response = await app.request("/token", { method: "POST", body, headers });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ code: "invalid_fields", detail });
});

test("an unknown user and a wrong password get the same 401", async () => {
  const answers = await Promise.all([login("alice", "wrong"), login("nobody", "password")]);
  const [wrong, unknown] = await Promise.all(
    answers.map(async (response) => {
      expect(response.status).toBe(401);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      return z
        .object({ code: z.string(), detail: z.string(), title: z.string() })
        .parse(await response.json());
    }),
  );
  expect(wrong).toEqual(unknown);
});

test("100 wrong passwords with changing X-Forwarded-For get 429 after ten; others can log in", async () => {
  app = createAuthApp({ ...options, users: quicklyHashed });
  const guess = (i: number) =>
    login("alice", `guess ${i}`, {
      "X-Forwarded-For": `198.51.100.${i}`,
      Forwarded: `for=198.51.100.${i}`,
    });
  const answers = [];
  for (let i = 0; i < 100; i++) {
    answers.push(await guess(i));
    if (i % 10 === 0) expect((await login("bob", "password")).status).toBe(200);
  }
  expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(401));
  expect(answers.slice(10).map(({ status }) => status)).toEqual(Array(90).fill(429));
  expect(answers.slice(8, 11).map(({ headers }) => headers.get("RateLimit"))).toEqual([
    expect.stringMatching(/^"failed-logins";r=1;t=\d+$/),
    expect.stringMatching(/^"failed-logins";r=0;t=\d+$/),
    expect.stringMatching(/^"failed-logins";r=0;t=\d+$/),
  ]);

  const refused = await login("alice", "password");
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(refused.headers.get("RateLimit-Policy")).toBe('"failed-logins";q=10;w=60');
  expect(refused.headers.get("Cache-Control")).toBe("no-store");
  expect(await refused.json()).toMatchObject({ code: "rate_limited" });
  // Guesses from one network do not lock alice out on another network.
  expect((await login("alice", "password", { "X-Real-IP": "203.0.113.8" })).status).toBe(200);
});

test("the limit does not reveal whether a user exists", async () => {
  app = createAuthApp({ ...options, users: quicklyHashed });
  const guesses = async (username: string) => {
    const answers = [];
    for (let i = 0; i < 12; i++) {
      const { status, headers } = await login(username, "wrong");
      answers.push([status, headers.get("RateLimit")?.split(";t=")[0], headers.get("RateLimit-Policy")]);
    }
    return answers;
  };
  expect(await guesses("nobody")).toEqual(await guesses("alice"));
});

test("spellings of a name share a quota, and so do the addresses of an IPv6 network", async () => {
  app = createAuthApp({ ...options, users: quicklyHashed });
  for (let i = 0; i < 5; i++) await login("Alice ", "wrong", { "X-Real-IP": `2001:db8::${i}` });
  for (let i = 0; i < 5; i++) await login("\uFF21LICE", "wrong", { "X-Real-IP": `2001:db8::1:${i}` });
  expect((await login("alice", "password", { "X-Real-IP": "2001:db8::9" })).status).toBe(429);
  expect((await login("alice", "password", { "X-Real-IP": "2001:db8:0:1::9" })).status).toBe(200);
});

test("successful logins are not limited, and do not reset the count of failures", async () => {
  app = createAuthApp({ ...options, users: quicklyHashed });
  await login("alice", "wrong");
  for (let i = 0; i < 30; i++) {
    const { status, headers } = await login("alice", "password");
    expect([status, headers.get("RateLimit")]).toEqual([
      200,
      expect.stringContaining('"failed-logins";r=9;'),
    ]);
  }
});

test("concurrent guesses are limited to ten too", async () => {
  app = createAuthApp({ ...options, users: quicklyHashed });
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => login("alice", `guess ${i}`)));
  expect(counts(answers.map(({ status }) => status))).toEqual({ 401: 10, 429: 20 });
});

test("in a flood of logins at least 34 are hashed, others get 503, and health answers", async () => {
  let open = 0;
  const flood = Array.from({ length: 100 }, async (_, i) => {
    open++;
    const { status, headers } = await login(`user ${i}`, "wrong");
    open--;
    return { status, retryAfter: headers.get("Retry-After") };
  });
  for (const path of ["/health", "/livez", "/readyz"]) {
    expect((await app.request(path)).status).toBe(200);
  }
  expect(open).toBeGreaterThan(0);
  const answers = await Promise.all(flood);
  const busy = answers.filter(({ status }) => status === 503);
  const { 401: failed = 0, ...others } = counts(answers.map(({ status }) => status));
  // Requests that arrived after the first hashes were done still found room in the queue.
  expect(failed).toBeGreaterThanOrEqual(34);
  expect(others).toEqual({ 503: 100 - failed });
  expect(new Set(busy.map(({ retryAfter }) => retryAfter))).toEqual(new Set(["1"]));
  expect((await login("bob", "password")).status).toBe(200);
});

test("a flood from one network does not cause 503 for others", async () => {
  const flood = Array.from({ length: 200 }, (_, i) => login(`user ${i}`, "wrong"));
  const other = login("alice", "password", { "X-Real-IP": "203.0.113.8" });
  expect((await other).status).toBe(200);
  const { 401: failed = 0, ...others } = counts((await Promise.all(flood)).map(({ status }) => status));
  expect(failed).toBeLessThan(100);
  expect(others).toEqual({ 503: 200 - failed });
});

test.each([
  [{}, ["username", "password"]],
  [{ username: "alice" }, ["password"]],
  [{ username: " \t", password: "" }, ["username", "password"]],
  [{ username: ["alice"], password: 1 }, ["username", "password"]],
  [{ username: "x".repeat(257), password: "password" }, ["username"]],
])("%j gets 422, which names the fields", async (fields, names) => {
  const headers = { "Content-Type": "application/json" };
  const response = await app.request("/token", { method: "POST", body: JSON.stringify(fields), headers });
  expect(response.status).toBe(422);
  const errors = names.map((field) => expect.objectContaining({ field }));
  expect(await response.json()).toMatchObject({ code: "invalid_fields", errors });
});

test("without the accounts the service is alive and not ready, and nobody can sign in", async () => {
  const damaged = new AccountFile(() => {
    throw new AccountsUnavailable("the file is damaged");
  });
  const gone = new SqliteAccounts(damaged);
  app = createAuthApp({ ...options, users: new UserDirectory(gone), ready: () => gone.check() });
  expect((await app.request("/livez")).status).toBe(200);
  const ready = await app.request("/readyz");
  expect([ready.status, await ready.json()]).toMatchObject([503, { detail: "Not ready: accounts." }]);
  const answer = await login("alice", "password");
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(await answer.json()).toMatchObject({ code: "accounts_unavailable" });
});

test("the log contains no token and no password", async () => {
  const response = await login("alice", "password");
  const { token } = z.object({ token: z.string() }).parse(await response.json());
  await login("alice", "a-wrong-password");
  const all = lines.join("");
  expect(all).toContain("token issued");
  expect(all).not.toContain(token.split(".")[2]);
  expect(all).not.toContain("a-wrong-password");
});

test("the public keys can be read, and nothing private is in them", async () => {
  const response = await app.request("/.well-known/jwks.json");
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("application/jwk-set+json");
  expect(response.headers.get("Cache-Control")).toBe("no-cache");
  expect(await response.json()).toEqual(keySet);
  const post = await app.request("/.well-known/jwks.json", { method: "POST" });
  expect([post.status, post.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
});

test("somebody else's library verifies a token with the published keys", async () => {
  const { token } = z.object({ token: z.string() }).parse(await (await login("alice", "password")).json());
  const published = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
  const { keys } = published.parse(await (await app.request("/.well-known/jwks.json")).json());
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: keys as JWK[] }));
  expect(protectedHeader).toEqual({ alg: "EdDSA", kid: jwk.kid, typ: "JWT" });
  expect(payload.sub).toBe("1");
});
