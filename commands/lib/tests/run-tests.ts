import { constants, setPriority } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { say } from "../../../lib/terminal.ts";
import { ensureBaseImages } from "../../stack/engine/base-images.ts";
import { ensureDocker } from "../../stack/engine/docker.ts";
import { projectFolder, wantedBaseImages } from "../../stack/project.ts";
import type { Lane, Run } from "./lanes.ts";
import { endGroup } from "./process-group.ts";
import { TestReport } from "./test-report.ts";
import { TestRun } from "./test-run.ts";

const SLOWEST = 10;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Prepares what `npm start` would prepare, runs the lanes side by side, and prints the slowest tests, the
 * failed ones and one line of counts. Arguments for vitest replace the lanes by a single one.
 */
export async function runTests(lanes: readonly Lane[], args: readonly string[]): Promise<void> {
  await ensureDocker();
  await TestRun.removeDead();
  const { redisImage } = await ensureBaseImages(wantedBaseImages(projectFolder, "local"));
  const wanted: readonly Lane[] = args.length > 0 ? [[{ name: "tests", args, nice: 0 }]] : lanes;
  const interruption = new AbortController();
  // A second signal ends this process at once. The next run then removes what is left.
  for (const signal of SIGNALS) process.once(signal, () => interruption.abort());
  await using run = await TestRun.begin();
  const settings: RunSettings = {
    folder: run.folder,
    env: { ...run.environment, TEST_REDIS_IMAGE: redisImage },
    isOneOfMany: wanted.length > 1,
    interruption: interruption.signal,
  };
  const startedAt = performance.now();
  const ends = await Promise.all(wanted.map((lane) => runLane(lane, settings)));
  if (interruption.signal.aborted) {
    say("Interrupted. Removing the containers, volumes, networks and files of the tests");
    process.exitCode = INTERRUPTED;
  } else {
    report(ends.flat(), Math.round((performance.now() - startedAt) / 1000));
  }
}

type RunEnd = { readonly name: string; readonly exitCode: number; readonly report: TestReport | undefined };

interface RunSettings {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly isOneOfMany: boolean;
  readonly interruption: AbortSignal;
}

async function runLane(lane: Lane, settings: RunSettings): Promise<RunEnd[]> {
  const ends: RunEnd[] = [];
  for (const run of lane) {
    if (!settings.interruption.aborted) ends.push(await runVitest(run, settings));
  }
  return ends;
}

async function runVitest({ name, args, nice }: Run, settings: RunSettings): Promise<RunEnd> {
  const { folder, env, isOneOfMany, interruption } = settings;
  const file = path.join(folder, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = execa("vitest", ["run", ...reporters, ...args], {
    cwd: projectFolder,
    preferLocal: true,
    stdin: "ignore",
    ...(isOneOfMany ? { all: true, buffer: false } : { stdout: "inherit", stderr: "inherit" }),
    // A separate process group, so that an interruption ends all programs that the tests started.
    detached: true,
    env,
    reject: false,
  });
  const { pid } = vitest;
  let ending: Promise<void> | undefined;
  const end = () => {
    if (pid !== undefined) ending = endGroup(pid);
  };
  interruption.addEventListener("abort", end);
  if (pid !== undefined && nice > 0) {
    setPriority(pid, Math.min(nice, constants.priority.PRIORITY_LOW));
  }
  const startedAt = performance.now();
  if (vitest.all) {
    // The lines of several lanes mix, so each begins with the name of its lane.
    for await (const line of createInterface(vitest.all)) console.log(`${name.padEnd(10)} │ ${line}`);
  }
  const { exitCode } = await vitest;
  interruption.removeEventListener("abort", end);
  await ending;
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
