import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logOfFailedBuilds } from "./build-logs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-build-logs-"));
  await mkdir(path.join(folder, ".pulumi"));
});
afterEach(() => rm(folder, { recursive: true }));

async function writeLog(service: string, text: string, atSeconds: number): Promise<void> {
  const file = path.join(folder, ".pulumi", `build-${service}.log`);
  await writeFile(file, text);
  await utimes(file, atSeconds, atSeconds);
}

const FAILED = "#7 [2/3] RUN npm see\n#7 0.1 Unknown command: see\n#7 ERROR: exit code: 1\n";

test("shows the end of the builds that failed in this run", async () => {
  await writeLog("auth-api", `${"#1 an earlier line\n".repeat(100)}${FAILED}`, 2000);
  await writeLog("order-api", "#7 DONE 0.1s\n", 2000);
  await writeLog("ocr-worker", FAILED, 1000);
  const log = await logOfFailedBuilds(folder, 1_500_000);
  expect(log).toContain("The end of .pulumi/build-auth-api.log:");
  expect(log).toContain("Unknown command: see");
  expect(log).not.toMatch(/order-api|ocr-worker/);
  expect(log.split("\n")).toHaveLength(27);
});

test("is empty when no build failed, or there is no log", async () => {
  expect(await logOfFailedBuilds(folder, 0)).toBe("");
  await rm(path.join(folder, ".pulumi"), { recursive: true });
  expect(await logOfFailedBuilds(folder, 0)).toBe("");
  await mkdir(path.join(folder, ".pulumi"));
});
