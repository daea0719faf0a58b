import { createHash, createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";

/** An Ed25519 public key as a JSON Web Key (RFC 8037). `kid` is its thumbprint (RFC 7638). */
export interface PublicTokenKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** 32 bytes in base64url. */
  readonly x: string;
  readonly kid: string;
  readonly alg: "EdDSA";
  readonly use: "sig";
}

/** The same with the private half, `d`: 32 bytes in base64url. */
export interface PrivateTokenKey extends PublicTokenKey {
  readonly d: string;
}

/** The DER of an Ed25519 private key (RFC 8410) up to its 32 bytes. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
/** Another text would give other keys, and so end all tokens at the next update. */
const PURPOSE = "orbital-witness access tokens, Ed25519";

/** Derives the key pair that signs tokens. The same secret always gives the same pair. */
export function tokenKeyOf(secret: string): PrivateTokenKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", PURPOSE, 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  if (x === undefined) throw new Error("an Ed25519 key has no x");
  return { ...publicTokenKey(x), d: seed.toString("base64url") };
}

/** The public key with these 32 bytes in base64url. */
export function publicTokenKey(x: string): PublicTokenKey {
  // The members that RFC 7638 requires, in its order.
  const members = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
  const kid = createHash("sha256").update(members).digest("base64url");
  return { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" };
}

/**
 * The JSON Web Key Set of these keys, without private halves. The order of the keys does not matter, so that
 * a container which gets the set is only replaced when the set changes.
 */
export function tokenKeySet(keys: readonly PublicTokenKey[]): string {
  const distinct = new Map(keys.map(({ x }) => [x, publicTokenKey(x)]));
  const sorted = [...distinct.values()].sort((one, other) => (one.kid < other.kid ? -1 : 1));
  return JSON.stringify({ keys: sorted });
}
