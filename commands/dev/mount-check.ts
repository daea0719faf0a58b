import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";

/** How long to wait for the event of a write, from the container's start. */
const eventMs = 5000;
const codes = { unreadable: 3, missing: 4, silent: 5 } as const;

/** Runs in a container: reads a source, says so, and waits for the event of a write by this machine. */
const probe = `
const fs = require("node:fs");
try { fs.readFileSync("/sources/log.ts"); }
catch ({ code }) { process.exit(code === "ENOENT" ? ${codes.missing} : ${codes.unreadable}); }
fs.watch("/check", () => process.exit(0));
setTimeout(() => process.exit(${codes.silent}), ${eventMs});
console.log("mounted");
`;

/**
 * Tries whether containers see the sources of this folder, and learn of changes.
 * @throws Failure that says what is missing
 */
export async function checkMounts(projectFolder: string, nodeImage: string): Promise<void> {
  const folder = path.join(projectFolder, ".cache/dev/check");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "file");
  writeFileSync(file, "0");
  const mount = (source: string, target: string) => [
    "--mount",
    `type=bind,source=${source},target=${target},readonly`,
  ];
  const sources = path.join(projectFolder, "services/common/src");
  const args = ["run", "--rm", "--network", "none", "--user", "node", "--cap-drop", "ALL"];
  const running = execa(
    "docker",
    [...args, ...mount(folder, "/check"), ...mount(sources, "/sources"), nodeImage, "node", "-e", probe],
    { reject: false, stdin: "ignore" },
  );
  const lines = createInterface({ input: running.stdout });
  lines.once("line", () => writeFileSync(file, "1"));
  const { failed, exitCode, stderr } = await running;
  rmSync(folder, { recursive: true });
  if (failed) throw mountFailure(exitCode, String(stderr), projectFolder);
}

export function mountFailure(exitCode: number | undefined, said: string, projectFolder: string): Failure {
  if (exitCode === codes.missing || /source path does not exist|not shared|invalid mount/i.test(said)) {
    return new Failure(
      `The Docker engine does not see ${projectFolder}, so that dev mode cannot mount the sources.`,
      "Use an engine on this machine (`docker context use default`, `unset DOCKER_HOST`), or share the " +
        "folder with the engine's virtual machine. Without dev mode: `npm run pulumi -- up --stack local`.",
    );
  }
  if (exitCode === codes.unreadable) {
    return new Failure(
      "The services may not read the sources, because they run as another user.",
      "Make them readable: `chmod -R go+rX services web commands/dev/container`.",
    );
  }
  if (exitCode === codes.silent) {
    return new Failure(
      "Containers of this Docker engine are not told of changed files, so that dev mode cannot restart them.",
      "Choose another kind of file sharing in the settings of the engine's virtual machine (such as " +
        "VirtioFS). Without dev mode: `npm run pulumi -- up --stack local`.",
    );
  }
  return new Failure(
    `The mounts of dev mode cannot be tried: ${said.trim()}`,
    "Fix the cause and try again.",
  );
}
