import { timingSafeEqual } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { AccountFile } from "../accounts/sqlite/account-file.ts";
import { firstToken, hashesOf, successorOf } from "./refresh-token.ts";
import type { Refresh, SessionStore } from "./session-store.ts";

/**
 * How long a token that was just replaced still works. Two tabs, or a repeated request whose answer was lost,
 * send the same token at nearly the same time. Both get the same successor. A thief who does this holds the
 * same token as the user: when one of them refreshes again, the other one's token is old, and its next use
 * ends the session. Only a thief who meets these seconds each time stays unnoticed.
 */
const graceMs = 10_000;

/** A user's oldest sessions end when there are more. */
const mostOfUser = 50;

export type SessionOptions = {
  /** Derives each token from the one before. */
  key: string;
  /** A session ends when it was not refreshed for this time. */
  idleSeconds: number;
  /** A session ends after this time in any case. */
  totalSeconds: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

const sessionRow = z.object({
  family: z.instanceof(Uint8Array),
  user_id: z.int(),
  current: z.instanceof(Uint8Array),
  previous: z.instanceof(Uint8Array).nullable(),
  created_at: z.int(),
  rotated_at: z.int(),
});
type SessionRow = z.output<typeof sessionRow>;

/**
 * The sessions in the file of accounts: families of refresh tokens (RFC 9700, 4.14.2). Only hashes are
 * stored, one row for each family. The database ends a user's sessions when the user is disabled or gets
 * another password.
 */
export class Sessions implements SessionStore {
  readonly #file: AccountFile;
  readonly #key: string;
  readonly #idleMs: number;
  readonly #totalMs: number;
  readonly #now: () => number;

  constructor(file: AccountFile, { key, idleSeconds, totalSeconds, now = Date.now }: SessionOptions) {
    this.#file = file;
    this.#key = key;
    this.#idleMs = idleSeconds * 1000;
    this.#totalMs = totalSeconds * 1000;
    this.#now = now;
  }

  async begin(userId: number): Promise<string> {
    const token = firstToken();
    const hashes = hashesOf(token);
    if (hashes === undefined) throw new Error("a new token does not have the form of a token");
    const now = this.#now();
    this.#file.inTransaction((database) => {
      database
        .prepare("DELETE FROM sessions WHERE rotated_at <= ? OR created_at <= ?")
        .run(now - this.#idleMs, now - this.#totalMs);
      database
        .prepare(
          `DELETE FROM sessions WHERE family IN
             (SELECT family FROM sessions WHERE user_id = ? ORDER BY rotated_at DESC LIMIT -1 OFFSET ?)`,
        )
        .run(userId, mostOfUser - 1);
      database
        .prepare(
          `INSERT INTO sessions (family, user_id, current, created_at, rotated_at)
             SELECT ?, id, ?, ?, ? FROM users WHERE id = ? AND disabled = 0`,
        )
        .run(hashes.family, hashes.token, now, now, userId);
    });
    return token;
  }

  async refresh(token: string): Promise<Refresh> {
    const hashes = hashesOf(token);
    // The first look needs no lock, so that made-up tokens keep nobody waiting.
    if (hashes === undefined || this.#file.use((database) => find(database, hashes.family)) === undefined) {
      return { outcome: "unknown" };
    }
    return this.#file.inTransaction((database): Refresh => {
      const session = find(database, hashes.family);
      if (session === undefined) return { outcome: "unknown" };
      const now = this.#now();
      if (this.#hasExpired(session, now)) {
        end(database, hashes.family);
        return { outcome: "expired" };
      }
      const successor = successorOf(token, this.#key);
      const next = hashesOf(successor)?.token ?? hashes.token;
      const refreshed = { outcome: "refreshed", token: successor, userId: session.user_id } as const;
      if (timingSafeEqual(hashes.token, session.current)) {
        database
          .prepare("UPDATE sessions SET previous = current, current = ?, rotated_at = ? WHERE family = ?")
          .run(next, now, hashes.family);
        return refreshed;
      }
      const isPrevious = session.previous !== null && timingSafeEqual(hashes.token, session.previous);
      const isInGrace = now - session.rotated_at < graceMs && timingSafeEqual(next, session.current);
      if (isPrevious && isInGrace) return refreshed;
      end(database, hashes.family);
      return { outcome: "reused", userId: session.user_id };
    });
  }

  async end(token: string): Promise<boolean> {
    const hashes = hashesOf(token);
    return hashes !== undefined && this.#file.use((database) => end(database, hashes.family));
  }

  #hasExpired({ created_at, rotated_at }: SessionRow, now: number): boolean {
    return now - rotated_at >= this.#idleMs || now - created_at >= this.#totalMs;
  }
}

function find(database: DatabaseSync, family: Uint8Array): SessionRow | undefined {
  const row = database.prepare("SELECT * FROM sessions WHERE family = ?").get(family);
  return row && sessionRow.parse(row);
}

function end(database: DatabaseSync, family: Uint8Array): boolean {
  return database.prepare("DELETE FROM sessions WHERE family = ?").run(family).changes === 1;
}
