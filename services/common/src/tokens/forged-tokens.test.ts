import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { EncryptJWT } from "jose";
import { describe, expect, test } from "vitest";
import { testKeys } from "../../../../tests/programs/token-keys.ts";
import { issueToken } from "./access-token.ts";
import { TokenVerifier } from "./token-verifier.ts";

const { jwk, signing, verifying } = testKeys("0123456789abcdef0123456789abcdef");
const alice = { user_id: 1, username: "alice", can_order: true, operator: false };
const foreign = generateKeyPairSync("ed25519").privateKey;
const { kty, crv, x, d } = jwk;
const own = createPrivateKey({ key: { kty, crv, x, d }, format: "jwk" });

const encode = (text: string) => Buffer.from(text).toString("base64url");
const verify = (token: string) => new TokenVerifier(verifying).verify(token);
const refused = expect.objectContaining({ name: "TokenError", code: "token_invalid" });

/** A token of exactly this text, for headers and claims that no JSON library writes. */
function spelled(header: string, claims: string, key = own): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${sign(null, Buffer.from(content), key).toString("base64url")}`;
}

async function issued() {
  const token = await issueToken(signing, alice, 30);
  const [header = "", claims = "", signature = ""] = token.split(".");
  return { token, header, claims, signature };
}

/** The same signature with S + L instead of S, where L is the order of the curve (RFC 8032, 5.1.7). */
function withLargeS(signature: string): string {
  const bytes = Buffer.from(signature, "base64url");
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
  for (let i = 32; i < 64; i += 1, s >>= 8n) bytes[i] = Number(s & 255n);
  return bytes.toString("base64url");
}

/** The other letter that stands for the same bits at the end of 64 bytes. */
function withUnusedBits(signature: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = letters.indexOf(signature.slice(-1));
  return signature.slice(0, -1) + letters[last ^ 1];
}

describe("another spelling of a valid signature is refused", () => {
  test.each<[string, (signature: string) => string]>([
    ["padding", (signature) => `${signature}==`],
    ["a new line at its end", (signature) => `${signature}\n`],
    ["a space within it", (signature) => `${signature.slice(0, 40)} ${signature.slice(40)}`],
    ["a tab before it", (signature) => `\t${signature}`],
    ["a zero-width space", (signature) => `${signature}\u200b`],
    ["a NUL", (signature) => `${signature}\0`],
    ["letters in full width", (signature) => signature.replace(/[A-Z]/, (l) => wide(l))],
    ["unused bits that are set", withUnusedBits],
    ["S above the order of the curve", withLargeS],
    ["a byte more", (signature) => `${signature.slice(0, -1)}AAA`],
    ["a byte less", (signature) => signature.slice(0, -2)],
    ["another dot", (signature) => `${signature}.`],
  ])("%s", async (_, change) => {
    const { token, header, claims, signature } = await issued();
    expect(await verify(token)).toMatchObject({ username: "alice" });
    await expect(verify(`${header}.${claims}.${change(signature)}`)).rejects.toEqual(refused);
  });

  function wide(letter: string): string {
    return String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);
  }
});

describe("a forged or malformed token is refused", () => {
  const times = `"iat":${Math.floor(Date.now() / 1000)},"exp":${Math.floor(Date.now() / 1000) + 30}`;
  const registered = `"iss":"orbital-witness/auth-api","aud":"orbital-witness/order-api",${times}`;
  const good = `{${registered},"sub":"1","user_id":1,"username":"alice","can_order":true}`;
  const header = (more: string) => `{"alg":"EdDSA","kid":"${jwk.kid}","typ":"JWT"${more}}`;
  const unsigned = (text: string) => `${encode(text)}.${encode(good)}.`;
  const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]).toString("base64url");

  test("the header and the claims that these tests change are valid", async () => {
    expect(await verify(spelled(header(""), good))).toMatchObject({ username: "alice" });
  });

  test.each<[string, () => string]>([
    ["alg none after the true alg", () => unsigned(header(',"alg":"none"'))],
    ["alg none before the true alg", () => unsigned(`{"alg":"none",${header("").slice(1)}`)],
    ["another key's jwk, named twice", () => spelled(header(',"jwk":{},"jwk":{}'), good, foreign)],
    ["the kid of a path", () => spelled(header(',"kid":"/proc/self/environ"'), good)],
    ["the kid with a NUL", () => spelled(header(`,"kid":"${jwk.kid}\\u0000"`), good)],
    ["the kid that is SQL", () => spelled(header(`,"kid":"' OR 1=1 --"`), good)],
    ["the point of identity as its signature", () => `${unsigned(header(""))}${identity}`],
    ["a header that is a list", () => spelled(`[${header("")}]`, good)],
    ["a header that is null", () => spelled("null", good)],
    ["a header with no end", () => spelled(header("").slice(0, -1), good)],
    ["claims that are a list", () => spelled(header(""), `[${good}]`)],
    ["claims that are not JSON", () => spelled(header(""), "alice")],
    ["claims that are a token", () => spelled(header(',"cty":"JWT"'), spelled(header(""), good))],
    ["a deeply nested header", () => `${encode(`{"x":${"[".repeat(2000)}`)}.${encode(good)}.`],
    ["the form of RFC 7515 in JSON", () => JSON.stringify({ payload: encode(good), signatures: [] })],
    ["nothing", () => ""],
    ["dots alone", () => ".."],
  ])("%s", async (_, forge) => {
    await expect(verify(forge())).rejects.toEqual(refused);
  });

  test("an encrypted token, also with the public key as its secret", async () => {
    const claims = new EncryptJWT(JSON.parse(good));
    const encrypted = claims.setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: jwk.kid });
    await expect(verify(await encrypted.encrypt(Buffer.from(x, "base64url")))).rejects.toEqual(refused);
  });
});

test.each([
  ["the last one counts", `"username":"alice","username":"bob"`, "bob"],
  ["a name of Object's prototype counts as no claim", `"username":"bob","__proto__":{"x":1}`, "bob"],
])("of claims that our own key signed, %s", async (_, names, username) => {
  const now = Math.floor(Date.now() / 1000);
  const registered = `"iss":"orbital-witness/auth-api","aud":"orbital-witness/order-api","iat":${now}`;
  const rest = `"exp":${now + 30},"sub":"1","user_id":1,"can_order":false`;
  const token = spelled(`{"alg":"EdDSA","kid":"${jwk.kid}","typ":"JWT"}`, `{${registered},${rest},${names}}`);
  expect(await verify(token)).toMatchObject({ username, can_order: false });
});
