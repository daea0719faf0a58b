import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const secret = await stack.clone.jwtSecret();
const attacker = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = attacker.publicKey.export({ type: "spki", format: "pem" });
const publicJwk = attacker.publicKey.export({ format: "jwk" });
const plain = { alg: "HS256", typ: "JWT" };

type Json = Record<string, unknown>;

const encode = (part: Json) => Buffer.from(JSON.stringify(part)).toString("base64url");
const hmac = (text: string, key: string | Buffer, hash = "sha256") =>
  createHmac(hash, key).update(text).digest("base64url");
const rsa = (text: string) => createSign("sha256").update(text).sign(attacker.privateKey, "base64url");

/** A token with this header, these claims and this signature. */
function token(header: Json, claims: Json, sign: (text: string) => string): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign(text)}`;
}

/** Signs with the stack's own key, so that a token is not rejected for its signature. */
const signed = (header: Json, claims: Json) => token(header, claims, (text) => hmac(text, secret));

describe("14 tokens", () => {
  /** The claims of alice, as the Auth API issues them. */
  let claims: Json;

  beforeAll(async () => {
    const [, payload = ""] = (await stack.customer.token()).split(".");
    const text = Buffer.from(payload, "base64url").toString();
    claims = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    claims.exp = now() + 600;
  });

  const now = () => Math.floor(Date.now() / 1000);

  const orderNobodyHas = "/orders/00000000-0000-4000-8000-000000000000";
  const byHeader = (text: string) => stack.customer.get(orderNobodyHas, text);
  const byField = (text: string) =>
    stack.customer.post("/orders", { title_number: "no title number", document_type: "lease", token: text });

  test("14 a token signed by this test as the Auth API signs them is accepted", async () => {
    expect((await byHeader(signed(plain, claims))).status).toBe(404);
    expect((await byField(signed(plain, claims))).status).toBe(422);
  });

  const spellings = ["none", "None", "NONE", "nOnE"];

  const forgeries: Record<string, () => string> = {
    ...Object.fromEntries(
      spellings.flatMap((alg) => [
        [`alg ${alg}, unsigned`, () => token({ ...plain, alg }, claims, () => "")],
        [`alg ${alg}, but signed`, () => signed({ ...plain, alg }, claims)],
      ]),
    ),
    "no alg": () => signed({ typ: "JWT" }, claims),
    "no signature": () => token(plain, claims, () => ""),
    "two parts": () => signed(plain, claims).split(".").slice(0, 2).join("."),
    "another signature": () =>
      token(plain, claims, (text) => hmac(text, "another key of thirty-two bytes!!")),
    "claims changed after signing": () => {
      const [header, , signature] = signed(plain, claims).split(".");
      return [header, encode({ ...claims, user_id: 2, sub: "2" }), signature].join(".");
    },
    "RS256 signed by an RSA key": () => token({ ...plain, alg: "RS256" }, claims, rsa),
    "RS256 signed with the shared key": () => signed({ ...plain, alg: "RS256" }, claims),
    "HS256 with an RSA public key as the key": () =>
      token(plain, claims, (text) => hmac(text, String(publicPem))),
    "HS512 with the right key": () =>
      token({ ...plain, alg: "HS512" }, claims, (text) => hmac(text, secret, "sha512")),
    "kid that leads to an empty file": () =>
      token({ ...plain, kid: "../../../../dev/null" }, claims, (text) => hmac(text, "")),
    "kid that is SQL": () =>
      token({ ...plain, kid: "' UNION SELECT 'key" }, claims, (text) => hmac(text, "key")),
    "jku of a key set elsewhere": () =>
      token({ alg: "RS256", kid: "1", jku: "http://source:8080/jku" }, claims, rsa),
    "x5u of a certificate elsewhere": () =>
      token({ alg: "RS256", x5u: "http://source:8080/x5u" }, claims, rsa),
    "its own jwk, RSA": () => token({ alg: "RS256", jwk: publicJwk }, claims, rsa),
    "its own jwk, symmetric": () =>
      token({ ...plain, jwk: { kty: "oct", k: Buffer.from("own").toString("base64url") } }, claims, (text) =>
        hmac(text, "own"),
      ),
    "crit that is not known": () => signed({ ...plain, crit: ["elsewhere"], elsewhere: 1 }, claims),
    "expired by 1 s": () => signed(plain, { ...claims, iat: now() - 31, exp: now() - 1 }),
    "no exp": () => {
      const { exp: _, ...forever } = claims;
      return signed(plain, forever);
    },
    "nbf ahead": () => signed(plain, { ...claims, nbf: now() + 60 }),
    "another issuer": () => signed(plain, { ...claims, iss: "elsewhere" }),
    "another audience": () => signed(plain, { ...claims, aud: "elsewhere" }),
  };

  test.for(Object.entries(forgeries))("14 %s: 401", async ([, forge]) => {
    const text = forge();
    for (const answer of [await byHeader(text), await byField(text)]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
    }
  });

  test("14 100 KB: 401 as a header, 413 as a field", async () => {
    const long = signed(plain, { ...claims, padding: "x".repeat(75_000) });
    expect(long.length).toBeGreaterThan(100_000);
    expect((await byHeader(long)).status).toBe(401);
    expect((await byField(long)).status).toBe(413);
  });

  test("14 no service fetched a key from an address in a token", async () => {
    const seen = await stack.source.requests();
    expect(seen.filter(({ url }) => url?.startsWith("/scans/") !== true)).toEqual([]);
  });
});
