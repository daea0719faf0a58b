import { Problem } from "@orbital-witness/common/http/problem.ts";

/** How long an upload may send nothing. */
const idleMs = 10_000;
/** The least average speed of an upload, after its first seconds. 64 MiB then take half an hour at most. */
const leastBytesPerSecond = 32 * 1024;
const firstMs = 20_000;
/** The most time for an upload. Less than the router's, which would answer with an empty 200. */
const mostMs = 35 * 60_000;

export type PaceLimits = { idleMs?: number; firstMs?: number; leastBytesPerSecond?: number };

/** Ends uploads that are too slow, so that nobody can hold many of them open with little effort. */
export class UploadPace {
  readonly #limits: Required<PaceLimits>;
  /** How long the client was waited for. The time that its document waits here does not count. */
  #waitedMs = 0;
  #received = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: PaceLimits = {}) {
    this.#limits = { idleMs, firstMs, leastBytesPerSecond, ...limits };
  }

  received(bytes: number): void {
    this.#received += bytes;
  }

  /** Waits for the next piece of the body. Throws 408 if it does not arrive in time. */
  async within<T>(read: Promise<T>): Promise<T> {
    const { idleMs, firstMs, leastBytesPerSecond } = this.#limits;
    const allowedMs = Math.min(firstMs + (this.#received / leastBytesPerSecond) * 1000, mostMs);
    const leftMs = allowedMs - this.#waitedMs;
    const startedAt = performance.now();
    const late = Promise.withResolvers<never>();
    this.#timer = setTimeout(() => late.reject(tooSlow()), Math.max(0, Math.min(idleMs, leftMs)));
    try {
      return await Promise.race([read, late.promise]);
    } finally {
      clearTimeout(this.#timer);
      this.#waitedMs += performance.now() - startedAt;
    }
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function tooSlow(): Problem {
  const detail = "The document arrives too slowly. Nothing was ordered.";
  return new Problem(408, "upload_too_slow", detail, { headers: { Connection: "close" } });
}
