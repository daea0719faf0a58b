import { createRoute } from "@hono/zod-openapi";
import { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { LimitMetrics } from "@orbital-witness/common/metrics/limit-metrics.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { type Endpoint, problemResponses } from "../endpoint.ts";
import { readingUser } from "./callers.ts";

/** How many requests of each kind one user may send per minute. */
export type ReadLimits = {
  /** Of orders and lists of them. */
  reads: number;
  /** Of results and pictures of pages. */
  downloads: number;
  searches: number;
  /** Of event streams that are opened. */
  streams: number;
};

export type ReadKind = keyof ReadLimits | "tiles" | "corrections";

/** A large page that is moved and enlarged takes about this many tiles for one picture of a usual page. */
const tilesPerDownload = 10;
/** A correction writes a file, so there may be fewer of them: by default as many as orders. */
const downloadsPerCorrection = 2;

/** Gives endpoints a quota for each user, apart from what other limits allow at once. */
export class ReadQuotas {
  readonly #tokens: TokenVerifier;
  readonly #limits: Readonly<Record<ReadKind, RateLimit>>;

  constructor(tokens: TokenVerifier, limits: ReadLimits, observed?: LimitMetrics) {
    const quota = (name: ReadKind, of: string, limit: number) =>
      new RateLimit({ name, of: `${of} of one user`, limit, windowSeconds: 60 }, observed);
    this.#tokens = tokens;
    this.#limits = {
      reads: quota("reads", "reads of orders", limits.reads),
      downloads: quota("downloads", "downloads", limits.downloads),
      tiles: quota("tiles", "tiles", tilesPerDownload * limits.downloads),
      corrections: quota("corrections", "corrections", Math.ceil(limits.downloads / downloadsPerCorrection)),
      searches: quota("searches", "searches", limits.searches),
      streams: quota("streams", "event streams", limits.streams),
    };
  }

  /**
   * Returns the endpoint, which then answers 429 to a user with no request of this kind left. Requests
   * without a valid token are not counted, so that nobody can use up another user's quota.
   */
  limited(kind: ReadKind, { route, handle, ...more }: Endpoint): Endpoint {
    const responses = { ...problemResponses(429), ...route.responses };
    return {
      ...more,
      route: createRoute({ ...route, responses }),
      handle: async (c, next) => {
        const { user_id } = await readingUser(this.#tokens, c.req.raw);
        await this.#limits[kind].take(c, String(user_id));
        return handle(c, next);
      },
    };
  }
}
