import { type Argon2Parameters, argon2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const deriveKey = promisify(argon2);

const phcForm = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Whether the password matches the PHC string `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. Throws for any
 * other form of hash, because the project itself stores the hashes.
 */
export async function passwordMatches(password: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, hash] = phcForm.exec(phc) ?? [];
  if (!salt || !hash) throw new Error("the stored password is not an argon2id PHC string");
  const expected = Buffer.from(hash, "base64");
  const parameters: Argon2Parameters = {
    message: password,
    nonce: Buffer.from(salt, "base64"),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  };
  return timingSafeEqual(await deriveKey("argon2id", parameters), expected);
}
