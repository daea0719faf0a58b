import { createPrivateKey, createPublicKey } from "node:crypto";
import type { CryptoKey } from "jose";
import { z } from "zod";

/** 32 bytes in base64url. */
const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** An Ed25519 public key as a JSON Web Key (RFC 8037). Strict, so that nobody publishes a private key. */
const publicKeySchema = z.strictObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: bytes32,
  kid: z.string().min(1).max(100),
  alg: z.literal("EdDSA"),
  use: z.literal("sig"),
});
const privateKeySchema = publicKeySchema.extend({ d: bytes32 });
const keySetSchema = z.strictObject({ keys: z.array(publicKeySchema).min(1).max(10) });

/** The key that signs tokens. jose would import another form of key again for each token. */
export type SigningKey = { kid: string; key: CryptoKey };
/** The keys that verify tokens, by `kid`. */
export type VerifyingKeys = ReadonlyMap<string, CryptoKey>;
export type PublicKeySet = z.output<typeof keySetSchema>;

export function signingKey(jwk: z.output<typeof privateKeySchema>): SigningKey {
  const { kid, kty, crv, x, d } = jwk;
  const key = createPrivateKey({ key: { kty, crv, x, d }, format: "jwk" });
  return { kid, key: key.toCryptoKey("Ed25519", false, ["sign"]) };
}

export function verifyingKeys({ keys }: PublicKeySet): VerifyingKeys {
  return new Map(
    keys.map(({ kid, kty, crv, x }) => {
      const key = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
      return [kid, key.toCryptoKey("Ed25519", false, ["verify"])];
    }),
  );
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});

export const signingKeyVariable = jsonText
  .pipe(privateKeySchema)
  .meta({ description: "an Ed25519 private key as a JSON Web Key with kid, alg and use", secret: true });

/** Marked as a secret in case somebody sets it to a private key, which is refused. */
export const publicKeySetVariable = jsonText.pipe(keySetSchema).meta({
  description: "a JSON Web Key Set of one to ten Ed25519 public keys with kid, alg and use",
  secret: true,
});
