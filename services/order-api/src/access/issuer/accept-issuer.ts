import type { Log } from "@orbital-witness/common/log.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { Identities } from "./identities.ts";
import { IssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";
import { IssuerTokens, type IssuerTokensOptions } from "./issuer-tokens.ts";

export type TokenIssuer = IssuerKeysOptions & Pick<IssuerTokensOptions, "audience" | "orderScope">;

/** Accepts the access tokens of another issuer. Fetches its keys until `close`. */
export function acceptIssuer(issuer: TokenIssuer, redis: RedisConnection, log: Log) {
  const keys = new IssuerKeys(issuer, log);
  const tokens = new IssuerTokens({ ...issuer, keys, identities: new Identities(redis) });
  return { tokens, close: () => keys.close() };
}
