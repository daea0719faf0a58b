import { createHmac } from "node:crypto";
import { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, expect, test, vi } from "vitest";
import { testKeys } from "../../../../../tests/programs/token-keys.ts";
import { IssuerTokens } from "./issuer-tokens.ts";

const issuer = "https://login.example.org/company";
const audience = "orbital-witness/order-api";
const own = testKeys("0123456789abcdef0123456789abcdef");
const rsa = await generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await exportJWK(rsa.publicKey)), kid: "1" };
const local = createLocalJWKSet({ keys: [jwk] });
const verify = vi.fn((header: Parameters<typeof local>[0]) => local(header));
const identities = {
  idOf: async (_: string, subject: string) => (subject === "ann" ? 10 ** 12 + 1 : 10 ** 12),
};
const tokens = new IssuerTokens({
  issuer,
  audience,
  orderScope: "orders",
  keys: { keyFor: verify },
  identities,
});
const verifier = () => new TokenVerifier(own.verifying, { foreign: tokens });
const now = () => Math.floor(Date.now() / 1000);
const goodClaims = () => ({ iss: issuer, aud: audience, sub: "ann", iat: now(), exp: now() + 600 });
const invalid = { code: "token_invalid" };

afterEach(() => void vi.useRealTimers());

function token(
  claims: Record<string, unknown> = {},
  header: object = {},
  key: Parameters<SignJWT["sign"]>[0] = rsa.privateKey,
) {
  const all = Object.fromEntries(
    Object.entries({ ...goodClaims(), ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(all).setProtectedHeader({ alg: "RS256", kid: "1", ...header }).sign(key);
}

test.each([
  [{}, false],
  [{ scope: "openid orders" }, true],
  [{ scope: "openid orders:read preorders" }, false],
  [{ scope: "ORDERS" }, false],
  [{ scp: "openid orders" }, true],
  [{ scp: ["openid", "orders"] }, true],
  [{ scp: ["openid orders"] }, false],
  [{ can_order: true, operator: true, user_id: 1 }, false],
])("the claims %j give the right to order: %s", async (claims, can_order) => {
  const user = await verifier().verify(await token(claims));
  expect(user).toEqual({ user_id: 1_000_000_000_001, username: "ann", can_order, operator: false });
});

test.each([undefined, "JWT", "jwt", "at+jwt", "application/at+jwt"])(
  "the type %s is accepted",
  async (typ) => {
    expect(await verifier().verify(await token({}, typ === undefined ? {} : { typ }))).toBeDefined();
  },
);

test.each<[string, Record<string, unknown>]>([
  ["another audience, such as that of an ID token", { aud: "client" }],
  ["no audience", { aud: undefined }],
  ["no subject", { sub: undefined }],
  ["an empty subject", { sub: "" }],
  ["a subject of 256 letters", { sub: "x".repeat(256) }],
  ["a subject with a zero byte", { sub: "an\0n" }],
  ["no end", { exp: undefined }],
  ["no beginning", { iat: undefined }],
  ["a beginning in the future", { nbf: now() + 60 }],
  ["a scope that is no text", { scope: { orders: true } }],
])("a token with %s is refused", async (_, claims) => {
  await expect(verifier().verify(await token(claims))).rejects.toMatchObject(invalid);
});

test("a token is refused 5 s after its end, since the issuer has another clock", async () => {
  expect(await verifier().verify(await token({ exp: now() - 3 }))).toBeDefined();
  await expect(verifier().verify(await token({ exp: now() - 6 }))).rejects.toMatchObject({
    code: "token_expired",
  });
});

test.each(["logout+jwt", "dpop+jwt", "secevent+jwt"])("a token of the type %s is refused", async (typ) => {
  await expect(verifier().verify(await token({}, { typ }))).rejects.toMatchObject(invalid);
});

test("tokens of one issuer are not accepted with the key of the other", async () => {
  const claims = { ...goodClaims(), iss: "orbital-witness/auth-api", user_id: 1, username: "ann", sub: "1" };
  const byThem = await token(claims, { typ: "JWT" });
  const byUs = await token({}, { alg: "EdDSA", kid: own.jwk.kid, typ: "JWT" }, own.signing.key);
  for (const forged of [byThem, byUs]) {
    await expect(verifier().verify(forged)).rejects.toMatchObject(invalid);
  }
});

test("a token of ours cannot have an id of another issuer's people", async () => {
  const claims = { iss: "orbital-witness/auth-api", sub: String(10 ** 12), user_id: 10 ** 12, username: "x" };
  const forged = await token(claims, { alg: "EdDSA", kid: own.jwk.kid, typ: "JWT" }, own.signing.key);
  await expect(verifier().verify(forged)).rejects.toMatchObject(invalid);
});

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const foreign = await generateKeyPair("RS256", { extractable: true });

test.each<[string, () => Promise<string> | string]>([
  ["alg none", () => `${encode({ alg: "none" })}.${encode(goodClaims())}.`],
  [
    "HS256 with the public key as the key",
    () => {
      const content = `${encode({ alg: "HS256", kid: "1" })}.${encode(goodClaims())}`;
      return `${content}.${createHmac("sha256", JSON.stringify(jwk)).update(content).digest("base64url")}`;
    },
  ],
  ["another key under its kid", () => token({}, {}, foreign.privateKey)],
  ["an unknown kid", () => token({}, { kid: "2" })],
  ["its own key", async () => token({}, { jwk: await exportJWK(foreign.publicKey) }, foreign.privateKey)],
  ["the address of its own keys", () => token({}, { jku: "http://127.0.0.1:1/" }, foreign.privateKey)],
])("%s is refused", async (_, forge) => {
  await expect(verifier().verify(await forge())).rejects.toMatchObject(invalid);
});

test("a token is verified again after a minute, in case its key was withdrawn", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const [once, text] = [verifier(), await token()];
  verify.mockClear();
  await once.verify(text);
  vi.setSystemTime(Date.now() + 59_000);
  await once.verify(text);
  expect(verify).toHaveBeenCalledTimes(1);
  vi.setSystemTime(Date.now() + 2000);
  await once.verify(text);
  expect(verify).toHaveBeenCalledTimes(2);
});
