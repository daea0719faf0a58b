import { existsSync } from "node:fs";
import { execa } from "execa";
import { Failure } from "../lib/failure.ts";
import { confirm, isInteractive, say } from "../lib/terminal.ts";

/**
 * Installs packages of Debian or Ubuntu. Asks first in a terminal.
 * @param purpose the use of the packages, for the question and the messages
 * @param elsewhere advice for a system without apt-get
 */
export async function installPackages(
  names: readonly string[],
  purpose: string,
  elsewhere: string,
): Promise<void> {
  const command = `apt-get install --no-install-recommends ${names.join(" ")}`;
  const isDebianRoot = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!isDebianRoot) {
    throw new Failure(
      `${names.join(", ")} (${purpose}) is missing, ` +
        "and only root on Debian or Ubuntu can install it from here.",
      existsSync("/usr/bin/apt-get") ? `Run \`sudo ${command}\` and try again.` : elsewhere,
    );
  }
  if (!(await confirm(`Install ${purpose} by \`${command}\`?`))) {
    throw new Failure(
      `${purpose} is missing, and its installation was declined.`,
      `Run \`${command}\` and try again.`,
    );
  }
  const unasked = isInteractive() ? "" : ", without asking: there is no terminal";
  say(`Installing ${purpose} (${names.join(", ")}) from the distribution's packages${unasked}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Finishes an installation that was interrupted; apt-get refuses to work before that.
  await execa("dpkg", ["--configure", "-a"], { env, reject: false });
  const update = await execa("apt-get", ["update"], { env, all: true, reject: false });
  const install = await execa("apt-get", ["install", "--yes", "--no-install-recommends", ...names], {
    env,
    all: true,
    reject: false,
  });
  if (install.failed) {
    throw new Failure(
      `Installing ${purpose} failed:\n${update.failed ? `${update.all}\n` : ""}${install.all}`,
      `Fix the cause that apt-get names above, or run \`${command}\` by hand, and try again.`,
    );
  }
}
