import type { Log } from "@orbital-witness/common/log.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import type { AccountStore } from "./account.ts";
import { type BuiltIn, keepBuiltInUsers } from "./built-in-users.ts";

/**
 * Writes the built-in users once. If the store cannot be used, the service starts without being ready, and
 * each check tries again, so that a file that was put back needs no restart.
 * @returns the readiness check
 */
export async function prepareAccounts(
  accounts: AccountStore,
  builtIn: BuiltIn,
  log: Log,
): Promise<() => Promise<void>> {
  const state = new StateLog(log, "the account store");
  let prepared: Promise<void> | undefined;
  const prepare = async () => {
    const leftOut = await keepBuiltInUsers(accounts, builtIn);
    for (const { name } of leftOut) log.warn({ name }, "a person has the name of a built-in user");
  };
  const check = async () => {
    try {
      prepared ??= prepare();
      await prepared;
      await accounts.check();
      state.recovered();
    } catch (error) {
      prepared = undefined;
      state.failed(error);
      throw error;
    }
  };
  await check().catch(() => {
    // Logged above. The readiness check reports it.
  });
  return check;
}
