import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A folder of a test's own, gone when the test is over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "orbital-witness-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Puts a shell script there as a program. @returns the folder that it stands in, for the PATH */
export function fakeProgram(file: string, script: string, mode = 0o755): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, mode);
  return path.dirname(file);
}
