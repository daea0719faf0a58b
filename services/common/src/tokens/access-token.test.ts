import { generateKeyPairSync, sign } from "node:crypto";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { issueToken, tokenKey, verifyToken } from "./access-token.ts";

const secret = "0123456789abcdef0123456789abcdef";
const key = tokenKey(secret);
const alice = { user_id: 1, username: "alice", can_order: true };
const now = Math.floor(Date.now() / 1000);

const goodClaims = {
  iss: "orbital-witness/auth-api",
  aud: "orbital-witness/order-api",
  sub: "1",
  user_id: 1,
  username: "alice",
  can_order: true,
  iat: now,
  exp: now + 30,
};

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A token signed with our own key, so that only its claims or its header can be wrong. */
function signed(claims: Record<string, unknown>, header: Record<string, unknown> = {}, with_ = key) {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header }).sign(with_);
}

test("an issued token returns its user, with the registered claims and the original's claims", async () => {
  const token = await issueToken(key, alice, 30);
  expect(await verifyToken(key, token)).toEqual(alice);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(claims).toEqual({ ...goodClaims, iat: claims.iat, exp: claims.iat + 30 });
});

test("the claims that the following tests change are valid", async () => {
  expect(await verifyToken(key, await signed(goodClaims))).toEqual(alice);
});

test.each(["exp", "iat", "sub", "iss", "aud", "user_id", "username"] as const)(
  "%s is required",
  async (name) => {
    const { [name]: _, ...claims } = goodClaims;
    await expect(verifyToken(key, await signed(claims))).rejects.toMatchObject({ code: "token_invalid" });
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
  const token = await signed({ ...goodClaims, ...claims });
  await expect(verifyToken(key, token)).rejects.toMatchObject({ code: "token_invalid" });
});

test("a token is refused from the second in which it expires", async () => {
  const token = await signed({ ...goodClaims, iat: now - 30, exp: now });
  await expect(verifyToken(key, token)).rejects.toMatchObject({ code: "token_expired" });
});

test.each([["true"], [1], [null], [{}], [undefined], [false]])(
  "can_order %j grants no right",
  async (value) => {
    expect(await verifyToken(key, await signed({ ...goodClaims, can_order: value }))).toMatchObject({
      can_order: false,
    });
  },
);

test.each(["none", "None", "NONE", "nOnE"])(
  "alg %s is refused, with and without a signature",
  async (alg) => {
    const unsigned = `${encode({ alg, typ: "JWT" })}.${encode(goodClaims)}.`;
    const signature = (await signed(goodClaims)).split(".")[2];
    for (const token of [unsigned, unsigned.slice(0, -1), unsigned + signature]) {
      await expect(verifyToken(key, token)).rejects.toMatchObject({ code: "token_invalid" });
    }
  },
);

test("no other algorithm is accepted, whatever key the token's header carries", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const header = { alg: "RS256", typ: "JWT", jwk: publicKey.export({ format: "jwk" }) };
  const content = `${encode(header)}.${encode(goodClaims)}`;
  const rs256 = `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
  await expect(verifyToken(key, rs256)).rejects.toMatchObject({ code: "token_invalid" });
  const hs512 = await new SignJWT(goodClaims)
    .setProtectedHeader({ alg: "HS512" })
    .sign(Buffer.alloc(64, secret));
  await expect(verifyToken(key, hs512)).rejects.toMatchObject({ code: "token_invalid" });
});

test("a token of another key, a changed token and a missing token are refused", async () => {
  const token = await signed(goodClaims, {}, tokenKey("another-secret-of-32-bytes-or-more"));
  const [header, , signature] = (await signed(goodClaims)).split(".");
  const changed = `${header}.${encode({ ...goodClaims, user_id: 2, sub: "2" })}.${signature}`;
  for (const bad of [token, changed, "", "a.b.c", "x".repeat(100_000)]) {
    await expect(verifyToken(key, bad)).rejects.toMatchObject({ code: "token_invalid" });
  }
});
