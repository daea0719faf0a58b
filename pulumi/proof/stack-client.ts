import { z } from "zod";

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });

/** A username and its password. */
export type User = { readonly username: string; readonly password: string };

/** For one answer. */
const limitMs = 15_000;

/** An answer with another status than the expected one. */
export class WrongAnswer extends Error {
  readonly status: number;

  /** Of a problem document the message has what it says. */
  constructor(path: string, status: number, text: string) {
    const [, detail] = /"detail":"([^"]*)"/.exec(text) ?? [];
    super(`${path} answered ${status}: ${detail ?? text}`);
    this.status = status;
  }
}

/**
 * A client of the stack's APIs. Methods reject with a WrongAnswer, or with the errors of `fetch` if there is
 * no answer within 15 seconds.
 */
export class StackClient {
  readonly #url: string;
  readonly #user: User;
  #login: { token: string; until: number } | undefined;

  constructor(url: string, user: User) {
    this.#url = url;
    this.#user = user;
  }

  /** Returns the last token, or logs in if it is too old. */
  async token(): Promise<string> {
    if (this.#login === undefined || Date.now() >= this.#login.until) {
      const answer = await this.#fetch("POST", "/token", 200, {}, new URLSearchParams({ ...this.#user }));
      const { access_token, expires_in } = tokenSchema.parse(JSON.parse(answer));
      // Half of the token's time is left for the request that uses it.
      this.#login = { token: access_token, until: Date.now() + expires_in * 500 };
    }
    return this.#login.token;
  }

  /** @returns the body of an answer with the expected status */
  async ask(method: string, path: string, expected: number, body?: FormData): Promise<string> {
    const authorization = `Bearer ${await this.token()}`;
    return this.#fetch(method, path, expected, { authorization }, body);
  }

  async #fetch(
    method: string,
    path: string,
    expected: number,
    headers: Record<string, string>,
    body?: FormData | URLSearchParams,
  ): Promise<string> {
    const signal = AbortSignal.timeout(limitMs);
    const answer = await fetch(`${this.#url}${path}`, { method, headers, signal, ...(body && { body }) });
    const text = await answer.text();
    if (answer.status !== expected) throw new WrongAnswer(path, answer.status, text);
    return text;
  }
}

/** Why there was no answer at all. Undefined for another error. */
export function silence(error: unknown): string | undefined {
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  // `fetch` rejects with a TypeError, whose cause has the reason.
  return error instanceof TypeError && error.cause instanceof Error ? error.cause.message : undefined;
}
