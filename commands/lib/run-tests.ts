import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { ensureBaseImages } from "../stack/base-images.ts";
import { ensureDocker } from "../stack/docker.ts";
import { projectFolder, wantedBaseImages } from "../stack/project.ts";

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** Sets up what `npm start` would, runs vitest with these arguments, and ends with one line of counts. */
export async function runTests(args: readonly string[]): Promise<void> {
  await ensureDocker();
  const { redisImage } = await ensureBaseImages(wantedBaseImages(projectFolder, "local"));
  const file = path.join(tmpdir(), `orbital-witness-tests-${process.pid}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  try {
    const { exitCode } = await execa("vitest", ["run", ...reporters, ...args], {
      cwd: projectFolder,
      preferLocal: true,
      stdio: "inherit",
      env: { TEST_REDIS_IMAGE: redisImage },
      reject: false,
    });
    const { default: results } = await import(file, { with: { type: "json" } });
    const counts = report.parse(results);
    const skipped = counts.numPendingTests + counts.numTodoTests;
    console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${skipped} skipped`);
    process.exitCode = exitCode ?? 1;
  } finally {
    rmSync(file, { force: true });
  }
}
