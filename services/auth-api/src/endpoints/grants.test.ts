import { verifyToken } from "@orbital-witness/common/tokens/access-token.ts";
import * as oauth from "oauth4webapi";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { authApp } from "../../../../tests/programs/auth-app.ts";

let auth: Awaited<ReturnType<typeof authApp>>;
beforeEach(async () => {
  auth = await authApp();
});

async function post(parameters: Record<string, string> | [string, string][]) {
  const body = new URLSearchParams(parameters);
  const response = await auth.app.request("/token", { method: "POST", body, headers: auth.headers });
  const { headers, status } = response;
  return { status, headers, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
}

const credentials = { grant_type: "password", username: "alice", password: "password" };

test("an OAuth client signs in, refreshes, and is told when its token was used twice", async () => {
  const server = { issuer: "http://auth.test", token_endpoint: "http://auth.test/token" };
  const client = { client_id: "a public client" };
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, { method, body, headers }: RequestInit) =>
      auth.app.request(new URL(url).pathname, {
        ...{ method: method ?? "GET", body: body ?? null },
        headers: { ...Object.fromEntries(new Headers(headers)), ...auth.headers },
      }),
  };
  const { username, password } = credentials;
  const login = await oauth.genericTokenEndpointRequest(
    ...([server, client, oauth.None(), "password", { username, password }, options] as const),
  );
  const first = await oauth.processGenericTokenEndpointResponse(server, client, login);
  expect(first).toMatchObject({ token_type: "bearer", expires_in: 30 });
  expect(await verifyToken(auth.verifying, first.access_token)).toMatchObject({ username: "alice" });

  const refresh = async (token = "") => {
    const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, options);
    return oauth.processRefreshTokenResponse(server, client, answer);
  };
  const next = await refresh(first.refresh_token);
  expect(next.refresh_token).not.toBe(first.refresh_token);
  auth.pass(60);
  await expect(refresh(first.refresh_token)).rejects.toMatchObject({ status: 400, error: "invalid_grant" });
  await expect(refresh(next.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
});

test("the answer is not stored by anybody, and has just what RFC 6749 names", async () => {
  const { status, headers, body } = await post(credentials);
  expect([status, headers.get("Cache-Control"), headers.get("Pragma")]).toEqual([
    200,
    "no-store",
    "no-cache",
  ]);
  expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "refresh_token", "token_type"]);
});

test.each<[Record<string, string> | [string, string][], string, string]>([
  [{ ...credentials, password: "wrong" }, "invalid_grant", "The username or the password is wrong."],
  [{ ...credentials, username: "nobody" }, "invalid_grant", "The username or the password is wrong."],
  [{ ...credentials, username: "" }, "invalid_request", "username is required."],
  [{ grant_type: "password", username: "alice" }, "invalid_request", "password is required."],
  [{ ...credentials, password: "x".repeat(257) }, "invalid_request", "must not be longer than 256"],
  [{ ...credentials, scope: "orders" }, "invalid_scope", "There are no scopes"],
  [{ grant_type: "refresh_token" }, "invalid_request", "refresh_token is required."],
  [{ grant_type: "refresh_token", refresh_token: "x" }, "invalid_grant", "sign in again"],
  [{ grant_type: "client_credentials" }, "unsupported_grant_type", "must be password or refresh_token"],
  [[...Object.entries(credentials), ["username", "bob"]], "invalid_request", "once, as text: username."],
  [
    [
      ["grant_type", "password"],
      ["grant_type", "password"],
    ],
    "invalid_request",
    "once, as text: grant_type.",
  ],
  [[...Object.entries(credentials), ['"', "1"], ['"', "2"]], "invalid_request", "an unknown one."],
])("%j is 400 %s", async (parameters, error, description) => {
  const { status, headers, body } = await post(parameters);
  expect([status, headers.get("Cache-Control")]).toEqual([400, "no-store"]);
  expect(body).toEqual({ error, error_description: expect.stringContaining(description) });
  // The characters that RFC 6749 allows in a description.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
});

test("unknown parameters, empty ones and client authentication are ignored", async () => {
  expect((await post({ ...credentials, scope: "", client_id: "x", resource: "y" })).status).toBe(200);
  const body = new URLSearchParams(credentials);
  const headers = { ...auth.headers, Authorization: `Basic ${btoa("client:")}` };
  expect((await auth.app.request("/token", { method: "POST", body, headers })).status).toBe(200);
});

test("an empty grant_type is none: the original call and its errors stay as they are", async () => {
  const { username, password } = credentials;
  const { status, body } = await post({ grant_type: "", username, password });
  expect([status, Object.keys(body).sort()]).toEqual([
    200,
    ["access_token", "expires_in", "token", "token_type"],
  ]);
  expect(await post({ username, password: "wrong" })).toMatchObject({
    ...{ status: 401, body: { code: "wrong_credentials", title: "Unauthorized" } },
  });
  expect(await post({ username })).toMatchObject({ status: 422, body: { code: "invalid_fields" } });
});

test("wrong passwords of both kinds of calls share a quota", async () => {
  for (let i = 0; i < 5; i++) await post({ ...credentials, password: "wrong" });
  for (let i = 0; i < 5; i++) await post({ username: "alice", password: "wrong" });
  expect(await post(credentials)).toMatchObject({ status: 429, body: { code: "rate_limited" } });
});

test("a refresh gives the rights of this moment, and none to a disabled user", async () => {
  const { id } = await auth.accounts.add({ ...auth.newUser, name: "dora", canOrder: false });
  const login = await post({ ...credentials, username: "dora" });
  await auth.accounts.change(id, { canOrder: true });
  const refresh_token = String(login.body.refresh_token);
  const { body } = await post({ grant_type: "refresh_token", refresh_token });
  expect(await verifyToken(auth.verifying, String(body.access_token))).toMatchObject({ can_order: true });
  await auth.accounts.change(id, { disabled: true });
  const again = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
  expect((await post(again)).body).toMatchObject({ error: "invalid_grant" });
});
