import type { Session } from "../session/session.ts";
import { apiError, noConnection } from "./api-error.ts";

export type RequestOptions = {
  method?: string;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
};

/** The Order API, asked as the user of the session. */
export class Client {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Rejects with ApiError for an answer that is not 2xx, and with the reason of an aborted signal. */
  readonly send = async (path: string, options: RequestOptions = {}): Promise<Response> => {
    const token = await this.#session.token();
    const answer = await this.#fetch(path, token, options);
    if (answer.ok) return answer;
    const error = await apiError(answer);
    if (error.status !== 401) throw error;
    // The token may have expired on the way, or its key was changed.
    this.#session.forget(token);
    const again = await this.#fetch(path, await this.#session.token(), options);
    if (!again.ok) throw await apiError(again);
    return again;
  };

  readonly get = (path: string, signal?: AbortSignal): Promise<Response> => this.send(path, { signal });

  async json<T>(path: string, options?: RequestOptions): Promise<T> {
    return (await this.send(path, options)).json();
  }

  async #fetch(path: string, token: string, { method = "GET", body, headers, signal }: RequestOptions) {
    try {
      return await fetch(path, {
        method,
        headers: { ...headers, Authorization: `Bearer ${token}` },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw noConnection(cause);
    }
  }
}
