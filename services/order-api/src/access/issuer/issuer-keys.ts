import type { Log } from "@orbital-witness/common/log.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { type CryptoKey, createLocalJWKSet, errors, type JWSHeaderParameters } from "jose";
import { z } from "zod";
import { fetchJson } from "./fetch-json.ts";

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
/** Symmetric keys are left out: whoever can read them could sign. */
const keySchema = z.looseObject({ kty: z.string(), use: z.string().exactOptional() });
const keySetSchema = z.object({ keys: z.array(keySchema).max(100) });

export type IssuerKeysOptions = {
  issuer: string;
  /** Where the keys are; by default found by OpenID Connect Discovery. */
  jwksUrl?: string | undefined;
  /** Between two regular fetches. */
  refreshMs?: number;
  /** The least time between two fetches, after a failure or for an unknown key. */
  cooldownMs?: number;
};

/** The keys cannot be read, so nobody can say whether a token is valid. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/**
 * The public keys of another issuer. They are fetched at once, then regularly, and when a token names an
 * unknown key. While the issuer is away, the last keys are kept.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #jwksUrl: string | undefined;
  readonly #refreshMs: number;
  readonly #cooldownMs: number;
  readonly #state: StateLog;
  readonly #timer: NodeJS.Timeout;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetching: Promise<void> | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(options: IssuerKeysOptions, log: Log) {
    const { issuer, jwksUrl, refreshMs = 10 * 60_000, cooldownMs = 30_000 } = options;
    this.#issuer = issuer;
    this.#jwksUrl = jwksUrl;
    this.#refreshMs = refreshMs;
    this.#cooldownMs = cooldownMs;
    this.#state = new StateLog(log, "fetching the keys of the token issuer");
    this.#timer = setInterval(() => this.#refreshIfOld(), Math.min(refreshMs, cooldownMs));
    this.#timer.unref();
    void this.#fetch();
  }

  /**
   * The key that the token's header names.
   * @throws KeysUnavailable, or JOSEError if the issuer has no such key
   */
  async keyFor(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.#keys === undefined) await this.#fetching;
    try {
      return await this.#known(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey || error instanceof KeysUnavailable)) throw error;
      if (Date.now() - this.#triedAt >= this.#cooldownMs) await this.#fetch();
      else await this.#fetching;
      if (this.#triedAt > this.#fetchedAt) throw new KeysUnavailable("the issuer does not answer");
      return this.#known(header);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #known(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.#keys === undefined) return Promise.reject(new KeysUnavailable("no keys were read yet"));
    return this.#keys(header);
  }

  #refreshIfOld(): void {
    const now = Date.now();
    // A quarter less than the period, because a timer may be early.
    const isOld = now - this.#fetchedAt > this.#refreshMs * 0.75;
    if (isOld && now - this.#triedAt > this.#cooldownMs * 0.75) void this.#fetch();
  }

  /** Callers at the same time share one fetch. Never rejects. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<void> {
    this.#triedAt = Date.now();
    try {
      const { keys } = keySetSchema.parse(await fetchJson(this.#jwksUrl ?? (await this.#discovered())));
      const usable = keys.filter(({ kty, use }) => kty !== "oct" && (use === undefined || use === "sig"));
      if (usable.length === 0) throw new Error("the issuer has no public key for signatures");
      this.#keys = createLocalJWKSet({ keys: usable });
      this.#fetchedAt = this.#triedAt;
      this.#state.recovered();
    } catch (error) {
      this.#state.failed(error);
    }
  }

  /** The address of the keys in the issuer's configuration (OpenID Connect Discovery 1.0, section 4). */
  async #discovered(): Promise<string> {
    const url = `${this.#issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const { issuer, jwks_uri } = discoverySchema.parse(await fetchJson(url));
    if (issuer !== this.#issuer) {
      throw new Error(`${url} is the configuration of another issuer: ${issuer.slice(0, 200)}`);
    }
    const { protocol } = new URL(this.#issuer);
    if (!["https:", protocol].includes(new URL(jwks_uri).protocol)) {
      throw new Error(`${url} names keys at an address that is not https`);
    }
    return jwks_uri;
  }
}
