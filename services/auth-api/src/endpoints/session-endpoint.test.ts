import { verifyToken } from "@orbital-witness/common/tokens/access-token.ts";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { authApp } from "../../../../tests/programs/auth-app.ts";

let auth: Awaited<ReturnType<typeof authApp>>;
beforeEach(async () => {
  auth = await authApp();
});

type RequestHeaders = Record<string, string>;
const https = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "witness.example" };
const own = { Host: "witness.example" };

async function ask(method: string, path: string, headers: RequestHeaders, fields?: Record<string, string>) {
  const response = await auth.app.request(path, {
    method,
    headers: { ...auth.headers, ...own, ...headers },
    ...(fields && { body: new URLSearchParams(fields) }),
  });
  const text = await response.text();
  const setCookie = response.headers.get("Set-Cookie") ?? "";
  const body = z.record(z.string(), z.unknown()).parse(text === "" ? {} : JSON.parse(text));
  return { status: response.status, headers: response.headers, body, setCookie };
}

const cookieOf = ({ setCookie }: { setCookie: string }) => setCookie.split(";")[0] ?? "";
const signIn = (headers: RequestHeaders = {}, username = "alice", password = "password") =>
  ask("POST", "/session", headers, { username, password });
const refresh = (Cookie: string, headers: RequestHeaders = {}) =>
  ask("POST", "/session/refresh", { Cookie, ...headers });

test("signing in returns an access token, and a refresh token only in the cookie", async () => {
  const { status, headers, body, setCookie } = await signIn();
  expect([status, headers.get("Cache-Control")]).toEqual([200, "no-store"]);
  expect(body).toEqual({ access_token: expect.any(String), token_type: "Bearer", expires_in: 30 });
  expect(await verifyToken(auth.verifying, String(body.access_token))).toMatchObject({ username: "alice" });
  const [pair = "", ...attributes] = setCookie.split("; ");
  expect(pair).toMatch(/^refresh_token=[\w-]{22}\.[\w-]{43}$/);
  expect(attributes.sort()).toEqual(["HttpOnly", "Max-Age=3600", "Path=/session", "SameSite=Strict"]);
});

test("a sign-in page is told the demo users, and only a page of this address", async () => {
  const { status, body } = await ask("GET", "/session/options", {});
  expect([status, body]).toEqual([200, { demo_users: ["alice", "bob", "charlie"] }]);
  const foreign = await ask("GET", "/session/options", { "Sec-Fetch-Site": "cross-site" });
  expect([foreign.status, foreign.body.code]).toEqual([403, "cross_origin"]);
  await auth.accounts.keepBuiltIn([]);
  await auth.accounts.add({ ...auth.newUser, name: "alice" });
  expect((await ask("GET", "/session/options", {})).body).toEqual({ demo_users: [] });
});

test("on HTTPS the cookie is Secure, in its name too, and the other name counts for nothing", async () => {
  const login = await signIn(https);
  expect(login.setCookie).toMatch(/^__Secure-refresh_token=[^;]+;.*; Secure/);
  const cookie = cookieOf(login);
  expect((await refresh(cookie.replace("__Secure-", ""), https)).status).toBe(401);
  expect((await refresh(cookie, https)).status).toBe(200);
});

test("each refresh replaces the cookie; a stolen and replayed one ends the session for both", async () => {
  const stolen = cookieOf(await signIn());
  auth.pass(25);
  const next = await refresh(stolen);
  expect([next.status, cookieOf(next) === stolen]).toEqual([200, false]);
  auth.pass(25);
  const replayed = await refresh(stolen);
  expect([replayed.status, replayed.body.code]).toEqual([401, "session_ended"]);
  expect(replayed.setCookie).toMatch(/^refresh_token=;.*Max-Age=0.*Path=\/session/);
  expect((await refresh(cookieOf(next))).status).toBe(401);
  const [line = ""] = auth.lines.filter((each) => each.includes("an old refresh token came back"));
  expect(JSON.parse(line)).toMatchObject({ level: "warn", user_id: 1 });
});

test("two tabs that refresh at once both stay signed in", async () => {
  const cookie = cookieOf(await signIn());
  auth.pass(25);
  const [one, other] = await Promise.all([refresh(cookie), refresh(cookie)]);
  expect([one.status, other.status]).toEqual([200, 200]);
  expect(cookieOf(one)).toBe(cookieOf(other));
  auth.pass(25);
  const later = await refresh(cookieOf(one));
  expect([later.status, (await refresh(cookieOf(later))).status]).toEqual([200, 200]);
});

test("signing out ends the session on the server", async () => {
  const cookie = cookieOf(await signIn());
  const out = await ask("DELETE", "/session", { Cookie: cookie });
  expect([out.status, out.setCookie]).toEqual([204, expect.stringMatching(/^refresh_token=;.*Max-Age=0/)]);
  expect((await refresh(cookie)).body).toMatchObject({ code: "session_ended" });
  expect((await ask("DELETE", "/session", {})).status).toBe(204);
});

test.each([
  [{}, 401, "session_missing"],
  [{ Cookie: "refresh_token=" }, 401, "session_ended"],
  [{ Cookie: `refresh_token=${"a".repeat(22)}.${"b".repeat(43)}` }, 401, "session_ended"],
  [{ Cookie: `refresh_token=${"a".repeat(5000)}` }, 401, "session_ended"],
])("a refresh with %j is %i %s", async (headers, status, code) => {
  expect(await ask("POST", "/session/refresh", headers)).toMatchObject({ status, body: { code } });
});

test("a wrong password begins no session, and counts like one at /token", async () => {
  for (let i = 0; i < 10; i++) {
    const { status, body, setCookie } = await signIn({}, "alice", "wrong");
    expect([status, body.code, setCookie]).toEqual([401, "wrong_credentials", ""]);
  }
  expect((await signIn()).body.code).toBe("rate_limited");
});

test.each([
  [{ "Sec-Fetch-Site": "cross-site" }],
  [{ "Sec-Fetch-Site": "same-site" }],
  [{ "Sec-Fetch-Site": "none" }],
  [{ "Sec-Fetch-Site": "cross-site", Origin: "http://witness.example" }],
  [{ Origin: "http://evil.example" }],
  [{ Origin: "http://witness.example.evil.example" }],
  [{ Origin: "http://witness.example:8080" }],
  [{ Origin: "https://witness.example" }],
  [{ Origin: "null" }],
  [{ ...https, Origin: "http://witness.example" }],
])("a request of another origin is refused, and changes nothing: %j", async (headers) => {
  const login = await signIn();
  const cookie = cookieOf(login);
  for (const answer of [
    await signIn(headers),
    await refresh(cookie, headers),
    await ask("DELETE", "/session", { Cookie: cookie, ...headers }),
  ]) {
    expect([answer.status, answer.body.code, answer.setCookie]).toEqual([403, "cross_origin", ""]);
  }
  expect((await refresh(cookie)).status).toBe(200);
});

test.each([
  [{ "Sec-Fetch-Site": "same-origin" }],
  [{ "Sec-Fetch-Site": "same-origin", Origin: "https://behind-a-load-balancer.example" }],
  [{ Origin: "http://witness.example" }],
  [{ ...https, Origin: "https://witness.example" }],
])("a request of this origin is accepted: %j", async (headers) => {
  const login = await signIn(headers);
  expect(login.status).toBe(200);
  expect((await refresh(cookieOf(login), headers)).status).toBe(200);
});

test("the log and the answers contain no refresh token", async () => {
  const login = await signIn();
  const next = await refresh(cookieOf(login));
  await refresh(cookieOf(login));
  const said = [...auth.lines, JSON.stringify([login.body, next.body])].join("");
  for (const answer of [login, next]) expect(said).not.toContain(cookieOf(answer).split("=")[1]);
});

test("other methods are 405", async () => {
  expect((await ask("GET", "/session", {})).headers.get("Allow")).toBe("POST, DELETE");
  expect((await ask("GET", "/session/refresh", {})).status).toBe(405);
});
