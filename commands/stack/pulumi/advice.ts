import { engineAdvice } from "../../../lib/engine-advice.ts";
import type { PulumiLock } from "./pulumi-locks.ts";

export const PASSPHRASE_ADVICE =
  "Put the passphrase of this stack into .pulumi-passphrase (or PULUMI_CONFIG_PASSPHRASE).\n" +
  "If it is lost, see 'A lost passphrase' in docs/troubleshooting.md.";

export const DEFAULT_ADVICE = "Fix the cause named above and run the command again. Finished steps are kept.";

/** What to do while the real CLI, started by somebody else, holds these locks on a stack. */
export function lockedAdvice(locks: readonly PulumiLock[]): string {
  const holders = locks.map(({ pid, username, hostname, timestamp }) => {
    const since = new Date(timestamp).toLocaleString("sv");
    return `process ${pid} of ${username} on ${hostname}, since ${since}`;
  });
  const who = holders.length === 0 ? "" : `: ${holders.join("; ")}`;
  return (
    `Another run of Pulumi is changing the stack${who}.\nRun this command again when it has ended. ` +
    "If it was interrupted: npm run pulumi -- cancel --yes --stack local"
  );
}

export function isLocked(said: string): boolean {
  return /currently locked/i.test(said);
}

/** What to do about a failed run of Pulumi, by its output. */
export function adviceFor(said: string): string | undefined {
  if (/incorrect passphrase|passphrase must be set|cipher: message authentication failed/i.test(said)) {
    return PASSPHRASE_ADVICE;
  }
  if (
    /Settings out of range|must be of type|is not a valid number|missing (required )?configuration/i.test(
      said,
    )
  ) {
    return "Set the value it names: npm run pulumi -- config set <setting> <value> --stack local";
  }
  if (/build-\S+\.log:|build .*failed|failed to solve|executor failed/i.test(said)) {
    return (
      "The build of an image failed: fix the cause named above (services/Dockerfile, the service's folder, " +
      "the network)."
    );
  }
  return engineAdvice(said);
}
