import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { issueToken, type TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { SigningKey } from "@orbital-witness/common/tokens/token-keys.ts";
import type { IssuedToken } from "@orbital-witness/common/tokens/token-request.ts";
import type { Context } from "hono";
import type { UserDirectory } from "../accounts/user-directory.ts";
import type { Refresh, SessionStore } from "../sessions/session-store.ts";
import { orUnavailable } from "./unavailable.ts";

export type TokenOptions = {
  /** Signs the access tokens. */
  key: SigningKey;
  tokenSeconds: number;
  users: UserDirectory;
  sessions: SessionStore;
};

export type Renewal =
  | { outcome: "refreshed"; refreshToken: string; token: IssuedToken }
  | { outcome: Exclude<Refresh["outcome"], "refreshed"> };

/** Issues access tokens, and refresh tokens that renew them. */
export class TokenIssuer {
  readonly #options: TokenOptions;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  async issue(c: Context<AppEnv>, user: TokenUser): Promise<IssuedToken> {
    const { key, tokenSeconds } = this.#options;
    const access_token = await issueToken(key, user, tokenSeconds);
    c.var.log.info({ user_id: user.user_id }, "token issued");
    return { access_token, token_type: "Bearer", expires_in: tokenSeconds };
  }

  /** @returns the refresh token of a new session */
  async beginSession({ user_id }: TokenUser): Promise<string> {
    return orUnavailable(this.#options.sessions.begin(user_id));
  }

  /** The names of the demo users. None if the stack has no demo users. */
  async demoUsers(): Promise<string[]> {
    return orUnavailable(this.#options.users.demoNames());
  }

  /** Exchanges a refresh token. The access token has the rights that the user has now. */
  async renew(c: Context<AppEnv>, refreshToken: string): Promise<Renewal> {
    const { sessions, users } = this.#options;
    const refresh = await orUnavailable(sessions.refresh(refreshToken));
    if (refresh.outcome === "reused") {
      c.var.log.warn({ user_id: refresh.userId }, "an old refresh token came back, so its session ended");
    }
    if (refresh.outcome !== "refreshed") return { outcome: refresh.outcome };
    const user = await orUnavailable(users.byId(refresh.userId));
    if (user === undefined) return { outcome: "unknown" };
    return { outcome: "refreshed", refreshToken: refresh.token, token: await this.issue(c, user) };
  }

  async endSession(refreshToken: string): Promise<void> {
    await orUnavailable(this.#options.sessions.end(refreshToken));
  }
}
