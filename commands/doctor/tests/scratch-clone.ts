import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { vi } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { projectFolder } from "../../stack/project.ts";

/** A folder with what the doctor reads of a clone. Settings are lines of its stack file. */
export function scratchClone(...settings: string[]): string {
  const folder = path.join(scratchFolder(), "clone");
  mkdirSync(path.join(folder, "node_modules"), { recursive: true });
  writeFileSync(path.join(folder, "package-lock.json"), "");
  writeFileSync(path.join(folder, "node_modules/.package-lock.json"), "");
  copyFileSync(path.join(projectFolder, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  const lines = ["httpPort: 49151", ...settings].map((line) => `  orbital-witness:${line}\n`);
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), `config:\n${lines.join("")}`);
  return folder;
}

/** An environment in which nothing is set for Docker and Pulumi. The test must call `vi.unstubAllEnvs`. */
export function plainEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(DOCKER_|PULUMI_|STACK_ENGINE$)/.test(name)) vi.stubEnv(name, undefined);
  }
  const home = scratchFolder();
  vi.stubEnv("DOCKER_CONFIG", home);
  vi.stubEnv("PULUMI_HOME", home);
}
