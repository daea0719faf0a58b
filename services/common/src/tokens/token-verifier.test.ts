import { UnsecuredJWT } from "jose";
import { afterEach, expect, test, vi } from "vitest";
import { testKeys } from "../../../../tests/programs/token-keys.ts";
import { issueToken } from "./access-token.ts";
import { TokenVerifier } from "./token-verifier.ts";

const { signing, verifying } = testKeys("0123456789abcdef0123456789abcdef");
const alice = { user_id: 1, username: "alice", can_order: true, operator: false };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a token is verified once and refused from the second it expires", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(1_800_000_000_000);
  const verifier = new TokenVerifier(verifying);
  const token = await issueToken(signing, alice, 30);
  const verify = vi.spyOn(crypto.subtle, "verify");
  expect(await verifier.verify(token)).toEqual(alice);
  vi.setSystemTime(1_800_000_029_999);
  expect(await verifier.verify(token)).toEqual(alice);
  expect(verify).toHaveBeenCalledTimes(1);
  vi.setSystemTime(1_800_000_030_000);
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: "token_expired" });
});

test("a valid token does not vouch for another, and an invalid one is not remembered", async () => {
  const verifier = new TokenVerifier(verifying);
  const token = await issueToken(signing, alice, 30);
  await verifier.verify(token);
  const forged = `${token.slice(0, token.lastIndexOf("."))}.${"A".repeat(86)}`;
  for (let i = 0; i < 2; i++) {
    await expect(verifier.verify(forged)).rejects.toMatchObject({ code: "token_invalid" });
  }
});

test("only the latest tokens are remembered", async () => {
  const verifier = new TokenVerifier(verifying, { most: 2 });
  const tokens = await Promise.all(
    [1, 2, 3].map((user_id) => issueToken(signing, { ...alice, user_id }, 30)),
  );
  for (const token of tokens) await verifier.verify(token);
  const verify = vi.spyOn(crypto.subtle, "verify");
  for (const token of tokens.slice(1)) await verifier.verify(token);
  expect(verify).toHaveBeenCalledTimes(0);
  for (const token of tokens.slice(0, 1)) await verifier.verify(token);
  expect(verify).toHaveBeenCalledTimes(1);
});

test("long tokens of another issuer are remembered too, and tokens above 16 KiB are refused", async () => {
  const user = { user_id: 1_000_000_000_001, username: "ann", can_order: true, operator: false };
  const verify = vi.fn(async () => ({ user, expires: Date.now() / 1000 + 60 }));
  const verifier = new TokenVerifier(verifying, { foreign: { issuer: "https://elsewhere", verify } });
  const long = (letters: number) =>
    new UnsecuredJWT({ iss: "https://elsewhere", x: "x".repeat(letters) }).encode();
  for (const token of [long(10_000), long(10_000), long(10_001)]) {
    expect(await verifier.verify(token)).toEqual(user);
  }
  expect(verify).toHaveBeenCalledTimes(2);
  await expect(verifier.verify(long(20_000))).rejects.toMatchObject({ code: "token_invalid" });
  expect(verify).toHaveBeenCalledTimes(2);
});
