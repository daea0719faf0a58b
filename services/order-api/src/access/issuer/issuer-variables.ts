import { z } from "zod";
import type { TokenIssuer } from "./accept-issuer.ts";

const address = z
  .url({ protocol: /^https?$/ })
  .optional()
  .meta({ description: "an http or https address" });
const word = z
  .string()
  .regex(/^[!-~]{1,255}$/)
  .optional()
  .meta({ description: "1 to 255 visible characters without spaces" });

/** Without TOKEN_ISSUER, only our own tokens are accepted. */
export const issuerVariables = {
  TOKEN_ISSUER: address,
  TOKEN_JWKS_URL: address,
  TOKEN_AUDIENCE: word,
  TOKEN_ORDER_SCOPE: word,
};

export function tokenIssuerOf(
  variables: {
    [Name in keyof typeof issuerVariables]?: string | undefined;
  },
): TokenIssuer | undefined {
  const { TOKEN_ISSUER, TOKEN_JWKS_URL, TOKEN_AUDIENCE, TOKEN_ORDER_SCOPE } = variables;
  if (TOKEN_ISSUER === undefined) return undefined;
  return {
    issuer: TOKEN_ISSUER,
    jwksUrl: TOKEN_JWKS_URL,
    audience: TOKEN_AUDIENCE ?? "orbital-witness/order-api",
    orderScope: TOKEN_ORDER_SCOPE ?? "orders:write",
  };
}
