import path from "node:path";
import { execa } from "execa";
import { say } from "../../lib/terminal.ts";

const INSTALL_SECONDS = 180;

/**
 * Installs the original's Python packages into `<folder>/venv`. Says why if that is impossible.
 * @returns the folder of the installed programs, or undefined without Python or PyPI
 */
export async function installPythonPackages(folder: string): Promise<string | undefined> {
  const venv = path.join(folder, "venv");
  const programs = path.join(venv, "bin");
  const requirements = path.join(import.meta.dirname, "requirements.txt");
  const pip = ["install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "10"];
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", venv]],
    [path.join(programs, "pip"), [...pip, "--requirement", requirements]],
  ];
  for (const [program, args] of steps) {
    const step = await execa(program, args, {
      all: true,
      reject: false,
      timeout: INSTALL_SECONDS * 1000,
    });
    if (!step.failed) continue;
    const reason = step.all?.trim().split("\n").at(-1) || step.shortMessage;
    say(`The original's stack is left out: its Python packages cannot be installed (${reason})`);
    return undefined;
  }
  return programs;
}
