import { ApiError, apiError, noConnection } from "../api/api-error.ts";

/** The claims of an access token that the page shows. The APIs check the token, the page does not. */
export type User = { id: number; name: string; mayOrder: boolean; isOperator: boolean };

/**
 * `unknown`: the page asks whether there is a session. `ended`: there was one, and the page keeps its state
 * until the same user signs in again.
 */
export type SessionState =
  | { kind: "unknown" }
  | { kind: "signed-out" }
  | { kind: "signed-in"; user: User }
  | { kind: "ended"; user: User };

type Token = { text: string; renewAt: number };

/** Exists in the browser's storage while there may be a session. The tabs' channel has the same name. */
const noteKey = "orbital-witness.session";
/** A token is renewed this long before it expires. */
const marginMs = 5000;

/** The session of this tab: the access token in memory, and the refresh token in a cookie. */
export class Session {
  #state: SessionState = { kind: "unknown" };
  #token: Token | undefined;
  #renewal: Promise<string> | undefined;
  readonly #listeners = new Set<() => void>();
  /** All tabs share the cookie, so they are told when somebody signs in or out in one of them. */
  readonly #tabs = new BroadcastChannel(noteKey);

  constructor() {
    this.#tabs.onmessage = ({ data }) => {
      this.#token = undefined;
      if (data === "signed-out") this.#become({ kind: "signed-out" });
      // While the server is away, the next request asks again.
      else this.#renew().catch(() => undefined);
    };
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Finds out whether the browser has a session. Rejects with ApiError while the server is away. */
  async begin(): Promise<void> {
    // Scripts cannot see the cookie, so a note tells whether it is worth asking.
    if (localStorage.getItem(noteKey) === null) return this.#become({ kind: "signed-out" });
    try {
      await this.token();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
  }

  /** Rejects with ApiError: 401 for a wrong name or password. */
  async signIn(username: string, password: string): Promise<void> {
    const answer = await ask("/session", "POST", new URLSearchParams({ username, password }));
    await this.#accept(answer);
    this.#tabs.postMessage("signed-in");
  }

  async signOut(): Promise<void> {
    await ask("/session", "DELETE");
    this.#token = undefined;
    localStorage.removeItem(noteKey);
    this.#become({ kind: "signed-out" });
    this.#tabs.postMessage("signed-out");
  }

  /** An access token that is valid for some seconds. Rejects with ApiError. */
  async token(): Promise<string> {
    if (this.#token && Date.now() < this.#token.renewAt) return this.#token.text;
    // Only signing in can begin a session again, so the server need not be asked.
    if (this.#state.kind === "ended") throw sessionEnded();
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** The API refused the token although its time has not come. */
  forget(token: string): void {
    if (this.#token?.text === token) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    try {
      return await this.#accept(await ask("/session/refresh", "POST"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        this.#token = undefined;
        localStorage.removeItem(noteKey);
        const { state } = this;
        this.#become("user" in state ? { kind: "ended", user: state.user } : { kind: "signed-out" });
        throw sessionEnded();
      }
      throw error;
    }
  }

  async #accept(answer: Response): Promise<string> {
    const { access_token, expires_in }: { access_token: string; expires_in: number } = await answer.json();
    // The server's clock may differ, so only the duration counts.
    const lifeMs = expires_in * 1000;
    this.#token = { text: access_token, renewAt: Date.now() + lifeMs - Math.min(marginMs, lifeMs / 2) };
    localStorage.setItem(noteKey, "1");
    const user = userOf(access_token);
    const { state } = this;
    if (state.kind !== "signed-in" || state.user.id !== user.id) this.#become({ kind: "signed-in", user });
    return access_token;
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

const sessionEnded = () => new ApiError(401, "session_ended", "Your session has ended.");

/** Demo users that the sign-in page offers. */
export async function demoUsers(): Promise<string[]> {
  const { demo_users }: { demo_users: string[] } = await (await ask("/session/options", "GET")).json();
  return demo_users;
}

async function ask(path: string, method: string, body?: URLSearchParams): Promise<Response> {
  const request = fetch(path, { method, ...(body && { body }) });
  const answer = await request.catch((cause: unknown) => {
    throw noConnection(cause);
  });
  if (!answer.ok) throw await apiError(answer);
  return answer;
}

function userOf(token: string): User {
  const payload = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );
  const claims: { user_id: number; username: string; can_order?: boolean; operator?: boolean } = JSON.parse(
    new TextDecoder().decode(bytes),
  );
  return {
    id: claims.user_id,
    name: claims.username,
    mayOrder: claims.can_order === true,
    isOperator: claims.operator === true,
  };
}
