import { createHash, createHmac, randomBytes } from "node:crypto";

/** A family's id of 128 bits, and a secret of 256 bits, both base64url. */
const form = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

/** The first token of a new family: the tokens of one session, of which each replaces the one before. */
export function firstToken(): string {
  return `${randomBytes(16).toString("base64url")}.${randomBytes(32).toString("base64url")}`;
}

/**
 * The token that replaces this one. It is derived, so that a token has one successor, although only hashes
 * are stored. Nobody can derive it without the key.
 */
export function successorOf(token: string, key: string): string {
  const secret = createHmac("sha256", key).update(token).digest("base64url");
  return `${token.slice(0, token.indexOf("."))}.${secret}`;
}

/** What is stored: the hash of the family's id and that of the token. Undefined for any other text. */
export function hashesOf(token: string): { family: Uint8Array; token: Uint8Array } | undefined {
  const [, id] = form.exec(token) ?? [];
  return id === undefined ? undefined : { family: sha256(id), token: sha256(token) };
}

/** One round is enough: the hashed values are random and too long to guess. */
function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
