import { Problem } from "@orbital-witness/common/http/problem.ts";
import { AccountsUnavailable } from "../accounts/account.ts";

/** Turns a failure of the account store into an answer. The log has the reason. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof AccountsUnavailable)) throw cause;
    const detail = "The accounts cannot be read at the moment, so nobody can sign in.";
    throw new Problem(503, "accounts_unavailable", detail, { cause, headers: { "Retry-After": "5" } });
  }
}
