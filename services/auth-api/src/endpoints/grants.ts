import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import type { GrantErrorBody } from "@orbital-witness/common/tokens/token-request.ts";
import type { Context } from "hono";
import type { SignIn } from "./sign-in.ts";
import type { TokenIssuer } from "./token-issuer.ts";

type ErrorCode = GrantErrorBody["error"];

/** An error of RFC 6749, 5.2. */
class GrantError extends Error {
  override readonly name = "GrantError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** As long as the passwords and names of the other forms of `POST /token`. */
const longest = 256;

/**
 * Answers `grant_type=password` and `grant_type=refresh_token` as RFC 6749 describes. All clients are public:
 * `client_id` and client authentication are ignored, and there are no scopes.
 */
export async function answerGrant(
  c: Context<AppEnv>,
  fields: Record<string, unknown>,
  signIn: SignIn,
  tokens: TokenIssuer,
): Promise<Response> {
  try {
    const parameters = parametersOf(fields);
    if (parameters.has("scope")) throw new GrantError("invalid_scope", "There are no scopes: omit scope.");
    const answer = await grant(c, parameters, signIn, tokens);
    return c.json(answer, 200, { Pragma: "no-cache" });
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    const body: GrantErrorBody = { error: error.code, error_description: error.message };
    return c.json(body, 400, { Pragma: "no-cache" });
  }
}

async function grant(
  c: Context<AppEnv>,
  parameters: ReadonlyMap<string, string>,
  signIn: SignIn,
  tokens: TokenIssuer,
) {
  switch (parameters.get("grant_type")) {
    case "password": {
      const [username, password] = [required(parameters, "username"), required(parameters, "password")];
      const user = await signIn.check(c, username, password);
      if (user === undefined) {
        throw new GrantError("invalid_grant", "The username or the password is wrong.");
      }
      const refresh_token = await tokens.beginSession(user);
      return { ...(await tokens.issue(c, user)), refresh_token };
    }
    case "refresh_token": {
      const renewal = await tokens.renew(c, required(parameters, "refresh_token"));
      if (renewal.outcome !== "refreshed") {
        throw new GrantError("invalid_grant", "The refresh token is not valid: sign in again.");
      }
      return { ...renewal.token, refresh_token: renewal.refreshToken };
    }
    default:
      throw new GrantError("unsupported_grant_type", "grant_type must be password or refresh_token.");
  }
}

/** The parameters that have a value. RFC 6749, 3.2 treats the others as omitted, and forbids repetitions. */
function parametersOf(fields: Record<string, unknown>): ReadonlyMap<string, string> {
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  return new Map(
    given.map(([name, value]) => {
      if (typeof value === "string") return [name, value];
      throw new GrantError("invalid_request", `Each parameter must be given once, as text: ${known(name)}.`);
    }),
  );
}

function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new GrantError("invalid_request", `${name} is required.`);
  if (value.length > longest) {
    throw new GrantError("invalid_request", `${name} must not be longer than ${longest} characters.`);
  }
  return value;
}

/** RFC 6749 restricts the characters of an error's description, and any name may be sent. */
function known(name: string): string {
  return /^[a-z_]{1,30}$/.test(name) ? name : "an unknown one";
}
