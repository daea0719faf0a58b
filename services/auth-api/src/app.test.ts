import { tokenKey, verifyToken } from "@orbital-witness/common/access-token.ts";
import { createLog } from "@orbital-witness/common/log.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAuthApp } from "./app.ts";

const key = tokenKey("0123456789abcdef0123456789abcdef");
const lines: string[] = [];
const log = createLog("auth-api", "trace", { write: (line) => lines.push(line) });
const app = createAuthApp({ log, key, tokenSeconds: 30 });

function login(username: string, password: string): Response | Promise<Response> {
  return app.request("/token", { method: "POST", body: new URLSearchParams({ username, password }) });
}

test.each([
  ["alice", 1, true],
  ["bob", 2, true],
  ["charlie", 3, false],
])("%s gets a token", async (username, user_id, can_order) => {
  const response = await login(username, "password");
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const body = await response.json();
  const { token } = z.object({ token: z.string() }).parse(body);
  expect(body).toEqual({ access_token: token, token_type: "Bearer", expires_in: 30, token });
  expect(await verifyToken(key, token)).toEqual({ user_id, username, can_order });
});

test("JSON and multipart log in too", async () => {
  const body = new FormData();
  body.set("username", "alice");
  body.set("password", "password");
  expect((await app.request("/token", { method: "POST", body })).status).toBe(200);
  const json = JSON.stringify({ username: "alice", password: "password" });
  const headers = { "Content-Type": "application/json" };
  expect((await app.request("/token", { method: "POST", body: json, headers })).status).toBe(200);
});

test("an unknown user and a wrong password are the same 401", async () => {
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

test("an unknown user takes a password's time", async () => {
  const time = async (username: string) => {
    const started = performance.now();
    for (let i = 0; i < 5; i++) await login(username, "wrong");
    return performance.now() - started;
  };
  await time("alice");
  const ratio = (await time("nobody")) / (await time("alice"));
  // Without the hash it would be below 0.1.
  expect(ratio).toBeGreaterThan(0.5);
});

test.each([
  [{}, ["username", "password"]],
  [{ username: "alice" }, ["password"]],
  [{ username: " \t", password: "" }, ["username", "password"]],
  [{ username: ["alice"], password: 1 }, ["username", "password"]],
  [{ username: "x".repeat(257), password: "password" }, ["username"]],
])("%j is 422 and names the fields", async (fields, names) => {
  const headers = { "Content-Type": "application/json" };
  const response = await app.request("/token", { method: "POST", body: JSON.stringify(fields), headers });
  expect(response.status).toBe(422);
  const errors = names.map((field) => expect.objectContaining({ field }));
  expect(await response.json()).toMatchObject({ code: "invalid_fields", errors });
});

test("no token and no password is in the log", async () => {
  const response = await login("alice", "password");
  const { token } = z.object({ token: z.string() }).parse(await response.json());
  await login("alice", "a-wrong-password");
  const all = lines.join("");
  expect(all).toContain("token issued");
  expect(all).not.toContain(token.split(".")[2]);
  expect(all).not.toContain("a-wrong-password");
});
