import { mkdtemp, rm } from "node:fs/promises";
import { constants, setPriority, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { ensureBaseImages } from "../../stack/engine/base-images.ts";
import { ensureDocker } from "../../stack/engine/docker.ts";
import { projectFolder, wantedBaseImages } from "../../stack/project.ts";
import type { Lane, Run } from "./lanes.ts";
import { TestReport } from "./test-report.ts";

const SLOWEST = 10;

/**
 * Prepares what `npm start` would prepare, runs the lanes side by side, and prints the slowest tests, the
 * failed ones and one line of counts. Arguments for vitest replace the lanes by a single one.
 */
export async function runTests(lanes: readonly Lane[], args: readonly string[]): Promise<void> {
  await ensureDocker();
  const { redisImage } = await ensureBaseImages(wantedBaseImages(projectFolder, "local"));
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-tests-"));
  const startedAt = performance.now();
  try {
    const wanted: readonly Lane[] = args.length > 0 ? [[{ name: "tests", args, nice: 0 }]] : lanes;
    const environment = { TEST_REDIS_IMAGE: redisImage };
    const ends = await Promise.all(
      wanted.map((lane) => runLane(lane, folder, environment, wanted.length > 1)),
    );
    report(ends.flat(), Math.round((performance.now() - startedAt) / 1000));
  } finally {
    await rm(folder, { recursive: true });
  }
}

type RunEnd = { readonly name: string; readonly exitCode: number; readonly report: TestReport | undefined };

async function runLane(
  lane: Lane,
  folder: string,
  env: Record<string, string>,
  isOneOfMany: boolean,
): Promise<RunEnd[]> {
  const ends: RunEnd[] = [];
  for (const run of lane) ends.push(await runVitest(run, folder, env, isOneOfMany));
  return ends;
}

async function runVitest(
  { name, args, nice }: Run,
  folder: string,
  env: Record<string, string>,
  isOneOfMany: boolean,
): Promise<RunEnd> {
  const file = path.join(folder, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = execa("vitest", ["run", ...reporters, ...args], {
    cwd: projectFolder,
    preferLocal: true,
    stdin: "ignore",
    ...(isOneOfMany ? { all: true, buffer: false } : { stdout: "inherit", stderr: "inherit" }),
    env,
    reject: false,
  });
  if (vitest.pid !== undefined && nice > 0) {
    setPriority(vitest.pid, Math.min(nice, constants.priority.PRIORITY_LOW));
  }
  const startedAt = performance.now();
  if (vitest.all) {
    // The lines of several lanes mix, so each begins with the name of its lane.
    for await (const line of createInterface(vitest.all)) console.log(`${name.padEnd(10)} │ ${line}`);
  }
  const { exitCode } = await vitest;
  if (isOneOfMany) {
    console.log(`${name.padEnd(10)} │ ended after ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }
  return { name, exitCode: exitCode ?? 1, report: await TestReport.read(file, projectFolder) };
}

function report(runs: readonly RunEnd[], seconds: number): void {
  const total = TestReport.sum(runs.flatMap(({ report }) => report ?? []));
  console.log(`\nThe ${SLOWEST} slowest tests:`);
  for (const test of total.slowest(SLOWEST)) {
    console.log(`  ${test.seconds.toFixed(1).padStart(6)} s  ${test.file}: ${test.title}`);
  }
  for (const failure of total.failures) console.log(`✗ ${failure}`);
  for (const { name, exitCode, report } of runs) {
    if (exitCode === 0) continue;
    process.exitCode = 1;
    if (report === undefined) console.log(`✗ ${name}: vitest ended with code ${exitCode} before its report`);
    else if (report.failures.length === 0) console.log(`✗ ${name}: failed outside its tests, see above`);
  }
  console.log(`\n${Math.floor(seconds / 60)} min ${seconds % 60} s`);
  console.log(total.summary);
}
