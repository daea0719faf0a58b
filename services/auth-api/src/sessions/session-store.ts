/** `reused`: an old token came back, so it may have been stolen; its whole family has ended. */
export type Refresh =
  | { outcome: "refreshed"; token: string; userId: number }
  | { outcome: "unknown" | "expired" }
  | { outcome: "reused"; userId: number };

/** The sessions. Every method rejects with AccountsUnavailable when the store cannot be used. */
export interface SessionStore {
  /**
   * Also removes sessions that have expired. @returns the first token, which is not valid if the user was
   * disabled or removed meanwhile
   */
  begin(userId: number): Promise<string>;
  /** Replaces the token. @returns its successor, or why there is none */
  refresh(token: string): Promise<Refresh>;
  /** Ends the session of a token. An old token ends it too. @returns false if there is no such session */
  end(token: string): Promise<boolean>;
}
