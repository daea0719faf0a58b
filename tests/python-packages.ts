import { execa } from "execa";

/** Messages of pip when the machine cannot reach a registry, or has no pip. */
const notHere = /^.*(?:No module named pip|NewConnectionError|Failed to establish|timed out).*$/m;

/**
 * Installs packages into the folder, for use as PYTHONPATH.
 * @returns why this machine cannot get them, if it cannot
 */
export function installPython(folder: string, ...packages: string[]): Promise<string | undefined> {
  return pip("install", "--target", folder, ...packages);
}

/**
 * Downloads a package's sources into the folder.
 * @returns the same as `installPython`
 */
export function downloadPythonSource(folder: string, name: string, version: string) {
  const options = ["--no-deps", "--no-binary", name, "--dest", folder];
  return pip("download", ...options, `${name}==${version}`);
}

async function pip(command: string, ...args: string[]): Promise<string | undefined> {
  const { failed, stderr, code } = await execa("python3", ["-m", "pip", command, "--quiet", ...args], {
    reject: false,
  });
  if (!failed) return undefined;
  if (code === "ENOENT") return "there is no python3";
  const [line] = stderr.match(notHere) ?? [];
  if (line === undefined) throw new Error(stderr);
  return line;
}
