import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const deriveKey = promisify(argon2);

const phcForm = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Costs of a hash: `memory` in KiB. */
export type HashCosts = Pick<Argon2Parameters, "memory" | "passes" | "parallelism">;

/** What OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane. */
export const usualCosts: HashCosts = { memory: 19_456, passes: 2, parallelism: 1 };

/** @returns a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` */
export async function hashPassword(password: string, costs: HashCosts = usualCosts): Promise<string> {
  const nonce = randomBytes(16);
  const hash = await deriveKey("argon2id", { ...costs, message: message(password), nonce, tagLength: 32 });
  const { memory, passes, parallelism } = costs;
  const encoded = [nonce, hash].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encoded.join("$")}`;
}

/**
 * Whether the password matches the PHC string. Throws for any other form of hash, because the project itself
 * stores the hashes.
 */
export async function passwordMatches(password: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, hash] = phcForm.exec(phc) ?? [];
  if (!salt || !hash) throw new Error("the stored password is not an argon2id PHC string");
  const expected = Buffer.from(hash, "base64");
  const parameters: Argon2Parameters = {
    message: message(password),
    nonce: Buffer.from(salt, "base64"),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  };
  return timingSafeEqual(await deriveKey("argon2id", parameters), expected);
}

/** Keyboards and systems encode accented letters differently. */
function message(password: string): string {
  return password.normalize("NFC");
}
