import { refusalOf, TokenError } from "@orbital-witness/common/tokens/access-token.ts";
import type { ForeignTokens, VerifiedToken } from "@orbital-witness/common/tokens/token-verifier.ts";
import { jwtVerify } from "jose";
import { z } from "zod";
import type { Identities } from "./identities.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

/** All of them need a private key to sign. */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA"],
];
/** Of access tokens. Other kinds of JSON Web Tokens, such as logout tokens, have other types. */
const types: readonly unknown[] = [undefined, "jwt", "at+jwt", "application/at+jwt"];
/** The issuer's clock is another one than ours. */
const clockToleranceSeconds = 5;
/** A token is verified again after this time, because the issuer may have withdrawn its key. */
const rememberedSeconds = 60;

const claimsSchema = z.object({
  sub: z
    .string()
    .min(1)
    .max(255)
    .refine((text) => !text.includes("\0")),
  exp: z.number(),
  /** Scopes as RFC 9068 writes them; some issuers call them `scp`, also as a list. */
  scope: z.string().optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});

export type IssuerTokensOptions = {
  issuer: string;
  audience: string;
  /** The scope that allows its holder to order. */
  orderScope: string;
  keys: Pick<IssuerKeys, "keyFor">;
  identities: Pick<Identities, "idOf">;
};

/** Verifies the access tokens of another issuer, and knows its people as users. */
export class IssuerTokens implements ForeignTokens {
  readonly issuer: string;
  readonly #options: IssuerTokensOptions;

  constructor(options: IssuerTokensOptions) {
    this.issuer = options.issuer;
    this.#options = options;
  }

  /** @throws TokenError, KeysUnavailable, or a 503 problem if Redis does not answer */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, orderScope, identities } = this.#options;
    const { sub, exp, scope = "", scp = [] } = await this.#claims(token);
    const scopes = [...scope.split(" "), ...(typeof scp === "string" ? scp.split(" ") : scp)];
    const user_id = await identities.idOf(issuer, sub);
    return {
      user: { user_id, username: sub, can_order: scopes.includes(orderScope), operator: false },
      expires: Math.min(exp, Math.floor(Date.now() / 1000) + rememberedSeconds),
    };
  }

  async #claims(token: string): Promise<z.output<typeof claimsSchema>> {
    const { issuer, audience, keys } = this.#options;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header) => keys.keyFor(header), {
        ...{ algorithms, issuer, audience, clockTolerance: clockToleranceSeconds },
        requiredClaims: ["exp", "iat", "sub"],
      });
      if (!types.includes(protectedHeader.typ?.toLowerCase())) {
        throw new TokenError("token_invalid", "The token is not an access token.");
      }
      return claimsSchema.parse(payload);
    } catch (cause) {
      throw refusalOf(cause);
    }
  }
}
