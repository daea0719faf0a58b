import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { testKeys } from "../../../../tests/programs/token-keys.ts";
import { issueToken, verifyToken } from "./access-token.ts";
import { publicKeySetVariable, signingKeyVariable, verifyingKeys } from "./token-keys.ts";

const { jwk, signing, verifying, environment } = testKeys("0123456789abcdef0123456789abcdef");
const other = testKeys("another-secret-of-32-bytes-or-more");
const alice = { user_id: 1, username: "alice", can_order: true, operator: false };
const now = Math.floor(Date.now() / 1000);
const goodHeader = { alg: "EdDSA", kid: jwk.kid, typ: "JWT" };
const invalid = expect.objectContaining({ code: "token_invalid" });

const goodClaims = {
  iss: "orbital-witness/auth-api",
  aud: "orbital-witness/order-api",
  sub: "1",
  user_id: 1,
  username: "alice",
  can_order: true,
  operator: false,
  iat: now,
  exp: now + 30,
};

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A token signed with our own key, so that only its claims can be wrong. */
function signed(claims: Record<string, unknown>) {
  return new SignJWT(claims).setProtectedHeader(goodHeader).sign(signing.key);
}

/** A token with any header; the signature is made of its first two parts. */
function token(header: Record<string, unknown>, signatureOf: (content: string) => Buffer): string {
  const content = `${encode(header)}.${encode(goodClaims)}`;
  return `${content}.${signatureOf(content).toString("base64url")}`;
}

const { d, kty, crv, x } = jwk;
const privateKey = createPrivateKey({ key: { d, kty, crv, x }, format: "jwk" });
const withOwnKey = (content: string) => sign(null, Buffer.from(content), privateKey);

test("an issued token returns its user, with the registered claims and the user's rights", async () => {
  const issued = await issueToken(signing, alice, 30);
  expect(await verifyToken(verifying, issued)).toEqual(alice);
  const [header, claims] = issued
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  expect(header).toEqual(goodHeader);
  expect(claims).toEqual({ ...goodClaims, iat: claims.iat, exp: claims.iat + 30 });
});

test("the claims and the header that the following tests change are valid", async () => {
  expect(await verifyToken(verifying, await signed(goodClaims))).toEqual(alice);
  expect(await verifyToken(verifying, token(goodHeader, withOwnKey))).toEqual(alice);
});

test("each key of the set verifies its own tokens", async () => {
  const both = new Map([...verifying, ...other.verifying]);
  for (const { signing: key } of [{ signing }, other]) {
    expect(await verifyToken(both, await issueToken(key, alice, 30))).toEqual(alice);
  }
  const swapped = { kid: jwk.kid, key: other.signing.key };
  await expect(verifyToken(both, await issueToken(swapped, alice, 30))).rejects.toEqual(invalid);
});

test.each(["exp", "iat", "sub", "iss", "aud", "user_id", "username"] as const)(
  "%s is required",
  async (name) => {
    const { [name]: _, ...claims } = goodClaims;
    await expect(verifyToken(verifying, await signed(claims))).rejects.toEqual(invalid);
  },
);

test.each([
  ["another issuer", { iss: "somebody" }],
  ["another audience", { aud: "somebody" }],
  ["another subject", { sub: "2" }],
  ["a user id as a string", { user_id: "1" }],
  ["a time as a string", { exp: String(now + 30) }],
  ["a start in the future", { nbf: now + 60 }],
])("%s is refused", async (_, claims) => {
  await expect(verifyToken(verifying, await signed({ ...goodClaims, ...claims }))).rejects.toEqual(invalid);
});

test("a token is refused from the second in which it expires", async () => {
  const late = await signed({ ...goodClaims, iat: now - 30, exp: now });
  await expect(verifyToken(verifying, late)).rejects.toMatchObject({ code: "token_expired" });
});

test.each([["true"], [1], [null], [{}], [undefined], [false]])(
  "can_order and operator %j grant no right",
  async (value) => {
    const claims = { ...goodClaims, can_order: value, operator: value };
    expect(await verifyToken(verifying, await signed(claims))).toMatchObject({
      ...{ can_order: false, operator: false },
    });
  },
);

test.each(["none", "None", "NONE", "nOnE"])(
  "alg %s is refused, with and without a signature",
  async (alg) => {
    const unsigned = `${encode({ ...goodHeader, alg })}.${encode(goodClaims)}.`;
    const signature = (await signed(goodClaims)).split(".")[2];
    for (const text of [unsigned, unsigned.slice(0, -1), unsigned + signature]) {
      await expect(verifyToken(verifying, text)).rejects.toEqual(invalid);
    }
  },
);

const publicPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
const hmac = (key: string) => (content: string) => createHmac("sha256", key).update(content).digest();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed448 = generateKeyPairSync("ed448");
const foreign = generateKeyPairSync("ed25519");
const withForeignKey = (content: string) => sign(null, Buffer.from(content), foreign.privateKey);
const foreignJwk = { ...foreign.publicKey.export({ format: "jwk" }), alg: "EdDSA", use: "sig" };

test.each<[string, Record<string, unknown>, (content: string) => Buffer]>([
  ["HS256 with the public key set as the key", { alg: "HS256" }, hmac(environment.TOKEN_KEYS)],
  ["HS256 with the public key as PEM as the key", { alg: "HS256" }, hmac(publicPem)],
  ["HS256 with x as the key", { alg: "HS256" }, hmac(jwk.x)],
  ["HS256 with the former secret as the key", { alg: "HS256" }, hmac("0123456789abcdef0123456789abcdef")],
  ["HS256 with an empty key and no kid", { alg: "HS256", kid: undefined }, hmac("")],
  ["RS256", { alg: "RS256" }, (content) => sign("sha256", Buffer.from(content), rsa.privateKey)],
  ["Ed448 as EdDSA", {}, (content) => sign(null, Buffer.from(content), ed448.privateKey)],
  ["the name Ed25519 instead of EdDSA", { alg: "Ed25519" }, withOwnKey],
  ["the alg in lower case", { alg: "eddsa" }, withOwnKey],
  ["no alg", { alg: undefined }, withOwnKey],
  ["an empty signature", {}, () => Buffer.alloc(0)],
  ["a signature of zeros", {}, () => Buffer.alloc(64)],
  ["ES256 with a signature of zeros", { alg: "ES256" }, () => Buffer.alloc(64)],
  ["another key under our kid", {}, withForeignKey],
  ["its own key as jwk", { jwk: foreignJwk }, withForeignKey],
  ["its own key as jwk, without a kid", { jwk: foreignJwk, kid: undefined }, withForeignKey],
  ["its own key set as jku", { jku: "http://127.0.0.1:1/jwks.json" }, withForeignKey],
  ["its own certificate as x5u", { x5u: "http://127.0.0.1:1/certificate.pem" }, withForeignKey],
  ["its own certificate as x5c", { x5c: ["MIIB"] }, withForeignKey],
  ["no kid", { kid: undefined }, withOwnKey],
  ["an unknown kid", { kid: other.jwk.kid }, withOwnKey],
  ["a kid of Object's prototype", { kid: "__proto__" }, withOwnKey],
  ["a kid that is no text", { kid: [jwk.kid] }, withOwnKey],
  ["a crit that is not known", { crit: ["elsewhere"], elsewhere: 1 }, withOwnKey],
  ["a crit of an unencoded payload", { crit: ["b64"], b64: false }, withOwnKey],
  ["another type", { typ: "at+jwt" }, withOwnKey],
  ["no type", { typ: undefined }, withOwnKey],
])("%s is refused", async (_, header, signatureOf) => {
  await expect(verifyToken(verifying, token({ ...goodHeader, ...header }, signatureOf))).rejects.toEqual(
    invalid,
  );
});

test("a changed token and a missing token are refused", async () => {
  const [header, , signature] = (await signed(goodClaims)).split(".");
  const changed = `${header}.${encode({ ...goodClaims, user_id: 2, sub: "2" })}.${signature}`;
  const flattened = JSON.stringify({ protected: header, payload: encode(goodClaims), signature });
  for (const bad of [changed, flattened, "", "a.b.c", "a.b.c.d.e", "x".repeat(100_000)]) {
    await expect(verifyToken(verifying, bad)).rejects.toEqual(invalid);
  }
});

test("a key set with a private key, without keys, or of other keys is refused", () => {
  const withPrivate = JSON.stringify({ keys: [jwk] });
  const ofRsa = JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "1" }] });
  for (const text of [withPrivate, '{"keys":[]}', ofRsa, "null", "?"]) {
    expect(publicKeySetVariable.safeParse(text).success, text.slice(0, 20)).toBe(false);
  }
  expect(signingKeyVariable.safeParse(environment.TOKEN_KEYS).success).toBe(false);
  expect(verifyingKeys(publicKeySetVariable.parse(environment.TOKEN_KEYS)).size).toBe(1);
});
