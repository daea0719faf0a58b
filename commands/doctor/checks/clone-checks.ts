import type { CloneFacts } from "../facts/clone-facts.ts";
import type { SettingsFacts } from "../facts/settings-facts.ts";
import { type Finding, mebibytes, ok, problem, setSetting, size, warning } from "../finding.ts";

const LEAST_MEGABYTES = 50;
const LOST = "a lost one: docs/troubleshooting.md#a-lost-passphrase";

/** The folder of the clone, its passphrase and its settings. */
export function cloneChecks(facts: CloneFacts, settings: SettingsFacts): Finding[] {
  return [
    ...dependencyChecks(facts),
    ...folderChecks(facts),
    ...passphraseChecks(facts),
    ...settingsChecks(facts, settings),
  ];
}

/** Without any, this code would not run: doctor.mjs says so. */
function dependencyChecks({ dependencies }: CloneFacts): Finding[] {
  if (dependencies !== "outdated") return [];
  const text =
    "The dependencies are older than package-lock.json. The next npm script installs the new ones.";
  return [warning("dependencies", text, "npm ci")];
}

function folderChecks({ folder, original, unreadable, isWritable, freeBytes }: CloneFacts): Finding[] {
  if (unreadable !== undefined) {
    return [problem("clone", unreadable, "Correct the file that the message names.")];
  }
  if (original !== undefined) {
    const text = `This folder is a copy of ${original}: both would change the same containers.`;
    return [problem("clone", text, "rm -r .pulumi   # gives this copy a stack of its own")];
  }
  if (!isWritable) {
    const text = `This user may not write to ${folder}, where the state of the stack is kept.`;
    return [problem("clone", text, `sudo chown -R "$USER" ${quoted(folder)}`)];
  }
  if (mebibytes(freeBytes) < LEAST_MEGABYTES) {
    const free = size(mebibytes(freeBytes));
    const text = `The disk of ${folder} has ${free} left, too little for the state of the stack.`;
    return [problem("clone", text, `df -h ${quoted(folder)}   # then free space there`)];
  }
  return [];
}

function passphraseChecks(facts: CloneFacts): Finding[] {
  const { passphrase, passphraseMode, passphraseVariable: variable, passphraseSource: source, stack } = facts;
  const check = "passphrase";
  if (passphrase === "missing") {
    const text = `The passphrase of the stack '${stack}' is missing: there is no ${source}.`;
    const fix = variable === undefined ? `Put it back into ${source}; ${LOST}` : `unset ${variable}`;
    return [problem(check, text, fix)];
  }
  if (passphrase === "unreadable") {
    const text = `The passphrase in ${source} cannot be read by this user.`;
    const fix =
      variable === undefined ? `sudo chown "$USER" ${source}` : "Let this user read the file that it names.";
    return [problem(check, text, fix)];
  }
  if (passphrase === "wrong") {
    const text = `The passphrase in ${source} is not that of the stack '${stack}' (Pulumi.${stack}.yaml).`;
    const fix =
      variable === undefined
        ? `Put the right one into ${source}; ${LOST}`
        : "unset PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE";
    return [problem(check, text, fix)];
  }
  if (passphraseMode !== undefined && (passphraseMode & 0o077) !== 0) {
    return [warning(check, `Other users of this machine may read ${source}.`, `chmod 600 ${source}`)];
  }
  return [ok(check, passphrase === "new" ? "The first start creates it." : `right, in ${source}`)];
}

function settingsChecks({ stack, unreadable }: CloneFacts, { refused }: SettingsFacts): Finding[] {
  if (unreadable !== undefined) return [];
  if (refused === undefined) return [ok("settings", "All are in their range.")];
  const outOfRange = refused.split("\n").filter((line) => /^ +\w+ must be /.test(line));
  const faults = outOfRange.length > 0 ? outOfRange.map((line) => line.trim()) : [refused];
  return faults.map((fault) => {
    const name = /^(\w+) must be |key '(\w+)' must be of type|^Configuration '[^':]*:(\w+)'/
      .exec(fault)
      ?.slice(1)
      .find(Boolean);
    return problem("settings", `${fault.replace(/\.$/, "")}.`, fixOf(name, stack));
  });
}

/** Never a command that lets other machines in unencrypted. */
function fixOf(setting: string | undefined, stack: string): string {
  if (setting === "demoUsers") return setSetting("demoUsers", "false", stack);
  if (setting === "plainHttp") return setSetting("bindAddress", "127.0.0.1", stack);
  if (setting === undefined) return "docs/settings.md has the ranges.";
  return `npm run pulumi -- config rm ${setting} --stack ${stack}   # back to its default`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
