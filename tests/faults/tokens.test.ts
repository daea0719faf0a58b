import { createHmac, createPrivateKey, createSign, generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { tokenKeyOf, tokenKeySet } from "../../pulumi/token-keys.ts";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const secret = await stack.clone.jwtSecret();
const key = tokenKeyOf(secret);
const { kty, crv, x, d } = key;
const privateKey = createPrivateKey({ key: { kty, crv, x, d }, format: "jwk" });
const attacker = generateKeyPairSync("ed25519");
const attackerJwk = attacker.publicKey.export({ format: "jwk" });
const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const good = { alg: "EdDSA", kid: key.kid, typ: "JWT" };

type Json = Record<string, unknown>;

const encode = (part: Json) => Buffer.from(JSON.stringify(part)).toString("base64url");
const hmac = (text: string, with_: string | Buffer, hash = "sha256") =>
  createHmac(hash, with_).update(text).digest("base64url");
const rsa = (text: string) => createSign("sha256").update(text).sign(rsaKey.privateKey, "base64url");
const byAttacker = (text: string) => sign(null, Buffer.from(text), attacker.privateKey).toString("base64url");

/** A token with this header, these claims and this signature. */
function token(header: Json, claims: Json, signatureOf: (text: string) => string): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${signatureOf(text)}`;
}

/** Signs with the stack's own key, so that a token is not rejected for its signature. */
const signed = (header: Json, claims: Json) =>
  token(header, claims, (text) => sign(null, Buffer.from(text), privateKey).toString("base64url"));

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
    expect((await byHeader(signed(good, claims))).status).toBe(404);
    expect((await byField(signed(good, claims))).status).toBe(422);
  });

  test.each(["", "/authentication"])("14 the key that verifies it is at %s/.well-known", async (prefix) => {
    const { status, text, headers } = await stack.customer.get(`${prefix}/.well-known/jwks.json`);
    expect([status, text]).toEqual([200, tokenKeySet([key])]);
    expect(headers.get("content-type")).toBe("application/jwk-set+json");
  });

  const spellings = ["none", "None", "NONE", "nOnE"];

  const forgeries: Record<string, () => string> = {
    ...Object.fromEntries(
      spellings.flatMap((alg) => [
        [`alg ${alg}, unsigned`, () => token({ ...good, alg }, claims, () => "")],
        [`alg ${alg}, but signed`, () => signed({ ...good, alg }, claims)],
      ]),
    ),
    "no alg": () => signed({ ...good, alg: undefined }, claims),
    "no signature": () => token(good, claims, () => ""),
    "a signature of zeros": () => token(good, claims, () => Buffer.alloc(64).toString("base64url")),
    "two parts": () => signed(good, claims).split(".").slice(0, 2).join("."),
    "another key's signature": () => token(good, claims, byAttacker),
    "claims changed after signing": () => {
      const [header, , signature] = signed(good, claims).split(".");
      return [header, encode({ ...claims, user_id: 2, sub: "2" }), signature].join(".");
    },
    "RS256 signed by an RSA key": () => token({ ...good, alg: "RS256" }, claims, rsa),
    "RS256 signed with our key": () => signed({ ...good, alg: "RS256" }, claims),
    "HS256 with the setting jwtSecret as the key": () =>
      token({ alg: "HS256", typ: "JWT" }, claims, (text) => hmac(text, secret)),
    "HS256 with the published key set as the key": () =>
      token({ ...good, alg: "HS256" }, claims, (text) => hmac(text, tokenKeySet([key]))),
    "HS256 with the public key's bytes as the key": () =>
      token({ ...good, alg: "HS256" }, claims, (text) => hmac(text, Buffer.from(x, "base64url"))),
    "HS512 with the setting jwtSecret as the key": () =>
      token({ ...good, alg: "HS512" }, claims, (text) => hmac(text, secret, "sha512")),
    "no kid": () => signed({ ...good, kid: undefined }, claims),
    "kid that is not known": () => signed({ ...good, kid: "another" }, claims),
    "kid that leads to an empty file": () =>
      token({ ...good, alg: "HS256", kid: "../../../../dev/null" }, claims, (text) => hmac(text, "")),
    "kid that is SQL": () =>
      token({ ...good, alg: "HS256", kid: "' UNION SELECT 'key" }, claims, (text) => hmac(text, "key")),
    "kid that is a shell command": () => token({ ...good, kid: "x|sleep 9" }, claims, byAttacker),
    "jku of a key set elsewhere": () =>
      token({ ...good, kid: "1", jku: "http://source:8080/jku" }, claims, byAttacker),
    "jku of a key set elsewhere, with our kid": () =>
      token({ ...good, jku: "http://source:8080/jku" }, claims, byAttacker),
    "x5u of a certificate elsewhere": () =>
      token({ ...good, alg: "RS256", x5u: "http://source:8080/x5u" }, claims, rsa),
    "its own jwk": () => token({ ...good, kid: undefined, jwk: attackerJwk }, claims, byAttacker),
    "its own jwk, with our kid": () => token({ ...good, jwk: attackerJwk }, claims, byAttacker),
    "its own jwk, symmetric": () =>
      token(
        { alg: "HS256", typ: "JWT", jwk: { kty: "oct", k: Buffer.from("own").toString("base64url") } },
        claims,
        (text) => hmac(text, "own"),
      ),
    "crit that is not known": () => signed({ ...good, crit: ["elsewhere"], elsewhere: 1 }, claims),
    "crit of an unencoded payload": () => signed({ ...good, crit: ["b64"], b64: false }, claims),
    "another type": () => signed({ ...good, typ: "at+jwt" }, claims),
    "expired by 1 s": () => signed(good, { ...claims, iat: now() - 31, exp: now() - 1 }),
    "no exp": () => {
      const { exp: _, ...forever } = claims;
      return signed(good, forever);
    },
    "nbf ahead": () => signed(good, { ...claims, nbf: now() + 60 }),
    "another issuer": () => signed(good, { ...claims, iss: "elsewhere" }),
    "another audience": () => signed(good, { ...claims, aud: "elsewhere" }),
  };

  test.for(Object.entries(forgeries))("14 %s: 401", async ([, forge]) => {
    const text = forge();
    for (const answer of [await byHeader(text), await byField(text)]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
    }
  });

  test("14 100 KB: 401 as a header, 413 as a field", async () => {
    const long = signed(good, { ...claims, padding: "x".repeat(75_000) });
    expect(long.length).toBeGreaterThan(100_000);
    expect((await byHeader(long)).status).toBe(401);
    expect((await byField(long)).status).toBe(413);
  });

  test("14 no service fetched a key from an address in a token", async () => {
    const seen = await stack.source.requests();
    expect(seen.filter(({ url }) => url?.startsWith("/scans/") !== true)).toEqual([]);
  });
});
