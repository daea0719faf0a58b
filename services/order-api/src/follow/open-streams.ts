import { Problem } from "@orbital-witness/common/http/problem.ts";

/** Open streams per user. */
const mostOfOneUser = 100;

/** The event streams that are open, counted by user. */
export class OpenStreams {
  readonly #open = new Map<number, number>();

  /** Returns the function that ends the count. Answers 429 if the user has too many. */
  count(userId: number): () => void {
    const open = this.#open.get(userId) ?? 0;
    if (open >= mostOfOneUser) throw tooManyStreams();
    this.#open.set(userId, open + 1);
    return () => {
      const left = (this.#open.get(userId) ?? 1) - 1;
      if (left === 0) this.#open.delete(userId);
      else this.#open.set(userId, left);
    };
  }
}

function tooManyStreams(): Problem {
  const detail = `You have ${mostOfOneUser} event streams open. Close one, or poll GET /orders/{id}.`;
  return new Problem(429, "too_many_streams", detail, { headers: { "Retry-After": "10" } });
}
