import { Problem } from "@orbital-witness/common/http/problem.ts";

export type PlaceLimits = {
  atOnce: number;
  ofOneUser: number;
  /** What who finds none is told to wait. */
  retrySeconds: number;
};

/** Bounds what is dear and under way at once, so that neither one user nor all together leave nothing to the others. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #taken = new Set<{ userId: number }>();

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Throws 503 where there is none. @returns what gives it back; more than once does no harm */
  take(userId: number): () => void {
    const { atOnce, ofOneUser } = this.#limits;
    const its = [...this.#taken].filter((other) => other.userId === userId).length;
    if (this.#taken.size >= atOnce || its >= ofOneUser) throw this.#busy();
    const place = { userId };
    this.#taken.add(place);
    return () => this.#taken.delete(place);
  }

  #busy(): Problem {
    const detail = "Too many of these are under way. Try again when one of yours is done, or in a moment.";
    return new Problem(503, "busy", detail, {
      headers: { "Retry-After": String(this.#limits.retrySeconds) },
    });
  }
}
