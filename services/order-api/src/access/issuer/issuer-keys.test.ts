import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog } from "@orbital-witness/common/log.ts";
import { exportJWK, generateKeyPair } from "jose";
import { expect, onTestFinished, test, vi } from "vitest";
import { IssuerKeys, type IssuerKeysOptions, KeysUnavailable } from "./issuer-keys.ts";

const [first, second] = await Promise.all(
  ["1", "2"].map(async (kid) => {
    const { publicKey } = await generateKeyPair("ES256", { extractable: true });
    return { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
  }),
);
const headerOf = (kid: string) => ({ alg: "ES256", kid });
const unknownKey = { code: "ERR_JWKS_NO_MATCHING_KEY" };

/** An issuer that answers each path with what `answers` holds for it, and counts the requests. */
async function startIssuer() {
  const answers: Record<string, unknown> = {};
  const seen: string[] = [];
  let answer: RequestListener = (request, response) => {
    response.end(JSON.stringify(answers[request.url ?? ""]) ?? "?");
  };
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  answers["/.well-known/openid-configuration"] = { issuer, jwks_uri: `${issuer}/keys` };
  answers["/keys"] = { keys: [first] };
  const answerWith = (other: RequestListener) => {
    answer = other;
  };
  return { issuer, answers, seen, answerWith };
}

function keysOf(options: IssuerKeysOptions) {
  const lines: string[] = [];
  const log = createLog("order-api", "trace", { write: (line) => lines.push(line) });
  const keys = new IssuerKeys({ cooldownMs: 0, ...options }, log);
  onTestFinished(() => keys.close());
  return { keys, lines };
}

test("the keys are found by discovery, and fetched once for many tokens", async () => {
  const { issuer, seen } = await startIssuer();
  const { keys } = keysOf({ issuer });
  for (let i = 0; i < 3; i++) expect(await keys.keyFor(headerOf("1"))).toMatchObject({ type: "public" });
  expect(seen).toEqual(["/.well-known/openid-configuration", "/keys"]);
});

test("a given address of the keys needs no discovery", async () => {
  const { issuer, seen } = await startIssuer();
  const { keys } = keysOf({ issuer: "https://issuer.example.org", jwksUrl: `${issuer}/keys` });
  await keys.keyFor(headerOf("1"));
  expect(seen).toEqual(["/keys"]);
});

test("an unknown key is looked for at the issuer, but not for each token", async () => {
  const { issuer, answers, seen } = await startIssuer();
  const { keys } = keysOf({ issuer, jwksUrl: `${issuer}/keys`, cooldownMs: 60_000 });
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  await keys.keyFor(headerOf("1"));
  answers["/keys"] = { keys: [first, second] };
  for (let i = 0; i < 3; i++) await expect(keys.keyFor(headerOf("2"))).rejects.toMatchObject(unknownKey);
  expect(seen).toHaveLength(1);
  vi.setSystemTime(Date.now() + 60_000);
  const found = await Promise.all([keys.keyFor(headerOf("2")), keys.keyFor(headerOf("2"))]);
  expect(found).toMatchObject([{ type: "public" }, { type: "public" }]);
  expect(seen).toHaveLength(2);
});

test("new keys are fetched regularly, and withdrawn keys are forgotten", async () => {
  const { issuer, answers } = await startIssuer();
  const { keys } = keysOf({ issuer, jwksUrl: `${issuer}/keys`, refreshMs: 20, cooldownMs: 20 });
  await keys.keyFor(headerOf("1"));
  answers["/keys"] = { keys: [second] };
  await expect.poll(() => keys.keyFor(headerOf("1")).catch((error) => error.code)).toBe(unknownKey.code);
  expect(await keys.keyFor(headerOf("2"))).toMatchObject({ type: "public" });
});

test("while the issuer is away its keys are kept, and others cannot be judged", async () => {
  const { issuer, answerWith } = await startIssuer();
  const { keys, lines } = keysOf({ issuer, jwksUrl: `${issuer}/keys` });
  await keys.keyFor(headerOf("1"));
  answerWith((_, response) => response.writeHead(503).end());
  await expect(keys.keyFor(headerOf("2"))).rejects.toThrow(KeysUnavailable);
  await expect(keys.keyFor(headerOf("2"))).rejects.toThrow(KeysUnavailable);
  expect(await keys.keyFor(headerOf("1"))).toMatchObject({ type: "public" });
  // The log has one line, not one for each failure.
  expect(lines.filter((line) => line.includes("answered 503"))).toHaveLength(1);
});

test("without any keys no token can be judged, until the issuer is there", async () => {
  const { issuer, answers } = await startIssuer();
  answers["/keys"] = { keys: [] };
  const { keys, lines } = keysOf({ issuer });
  await expect(keys.keyFor(headerOf("1"))).rejects.toThrow(KeysUnavailable);
  expect(lines.join("")).toContain("no public key for signatures");
  answers["/keys"] = { keys: [first] };
  expect(await keys.keyFor(headerOf("1"))).toMatchObject({ type: "public" });
});

test.each<[string, string, RequestListener]>([
  ["a redirect", "fails", (_, response) => response.writeHead(302, { Location: "/keys2" }).end()],
  ["more than 256 KiB", "more than 262144 bytes", (_, response) => response.end(" ".repeat(300_000))],
  ["no JSON", "JSON", (_, response) => response.end("<html>")],
  ["no key set", "keys", (_, response) => response.end('{"keys":"none"}')],
  ["a symmetric key", "no public key", (_, response) => response.end('{"keys":[{"kty":"oct","k":"a2V5"}]}')],
  [
    "only keys for encryption",
    "no public key",
    (_, response) => response.end('{"keys":[{"kty":"EC","use":"enc"}]}'),
  ],
])("%s instead of keys is refused", async (_, message, answer) => {
  const { issuer, answerWith, seen } = await startIssuer();
  answerWith(answer);
  const { keys, lines } = keysOf({ issuer, jwksUrl: `${issuer}/keys` });
  await expect(keys.keyFor(headerOf("1"))).rejects.toThrow(KeysUnavailable);
  expect(lines.join("")).toContain(message);
  expect(seen).not.toContain("/keys2");
});

test.each([
  ["another issuer", (issuer: string) => ({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` })],
  ["keys at a file", (issuer: string) => ({ issuer, jwks_uri: "file:///etc/passwd" })],
])("a configuration that names %s is refused", async (_, configuration) => {
  const { issuer, answers, seen } = await startIssuer();
  answers["/.well-known/openid-configuration"] = configuration(issuer);
  const { keys } = keysOf({ issuer });
  await expect(keys.keyFor(headerOf("1"))).rejects.toThrow(KeysUnavailable);
  expect(seen).not.toContain("/keys");
});
