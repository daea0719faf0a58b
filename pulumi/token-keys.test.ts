import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { expect, test } from "vitest";
import { publicTokenKey, tokenKeyOf, tokenKeySet } from "./token-keys.ts";

const secret = "0123456789abcdef0123456789abcdef";

test("a secret always gives the same key, since another one would end all tokens", () => {
  expect(tokenKeyOf(secret)).toEqual({
    kty: "OKP",
    crv: "Ed25519",
    x: "Dzy5hcO7U_jOJe2UIXG8gnrBF24sM4TyGH-PildJI00",
    kid: "c9KWOw5wyGk0oNmx-qYqdsis-OWhF8GC-LbkC27ROL4",
    alg: "EdDSA",
    use: "sig",
    d: "pD69XASbfHWuAwKvJggah-S-exJ4iXRJc36NOymEzFo",
  });
  expect(tokenKeyOf(`${secret}x`).x).not.toBe(tokenKeyOf(secret).x);
});

test("the two halves of a key belong together", () => {
  const { d, x, kty, crv } = tokenKeyOf(secret);
  const data = Buffer.from("data");
  const signature = sign(null, data, createPrivateKey({ key: { kty, crv, d, x }, format: "jwk" }));
  expect(verify(null, data, createPublicKey({ key: { kty, crv, x }, format: "jwk" }), signature)).toBe(true);
});

test("the key's id is its thumbprint", async () => {
  // The example of RFC 8037, appendix A.3.
  const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  expect(publicTokenKey(x).kid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  expect(publicTokenKey(x).kid).toBe(await calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x }));
});

test("a set holds each key once, in any order the same, and nothing private", () => {
  const [one, other] = [tokenKeyOf(secret), tokenKeyOf(`${secret}x`)];
  expect(tokenKeySet([one, other])).toBe(tokenKeySet([other, one, other]));
  expect(JSON.parse(tokenKeySet([one])).keys).toEqual([publicTokenKey(one.x)]);
  expect(tokenKeySet([one, other])).not.toContain(one.d);
});
