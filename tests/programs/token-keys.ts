import {
  publicKeySetVariable,
  type SigningKey,
  signingKey,
  type VerifyingKeys,
  verifyingKeys,
} from "@orbital-witness/common/tokens/token-keys.ts";
import { tokenKeyOf, tokenKeySet } from "../../pulumi/token-keys.ts";

/** The keys that the program derives from a secret, in all forms. */
export function testKeys(secret: string) {
  const jwk = tokenKeyOf(secret);
  const keySet = tokenKeySet([jwk]);
  const signing: SigningKey = signingKey(jwk);
  const verifying: VerifyingKeys = verifyingKeys(publicKeySetVariable.parse(keySet));
  /** The environment variables of the services. */
  const environment = { TOKEN_KEY: JSON.stringify(jwk), TOKEN_KEYS: keySet };
  return { jwk, signing, verifying, environment };
}
