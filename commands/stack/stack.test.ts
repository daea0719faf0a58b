import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeProgram, scratchFolder } from "../../lib/scratch-folder.ts";
import { Stack } from "./stack.ts";

let folder = "";

/** A Pulumi CLI with these stacks. It records its calls and its standard input. */
function usePulumi(stacks: readonly string[], up = ""): void {
  useDocker("");
  const list = JSON.stringify(stacks.map((name) => ({ name })));
  const script = `
echo "$*" >> ${folder}/calls
case "$1 $2" in
  "stack ls") echo '${list}' ;;
  "config set") cat >> ${folder}/stdin ;;
  up*) ${up} ;;
esac`;
  vi.stubEnv("PATH", `${fakeProgram(path.join(folder, "bin", "pulumi"), script)}:/usr/bin:/bin`);
}

/** An engine that has one container of this stack in this state, or none if the state is empty. */
function useDocker(state: string): void {
  const script = `
case "$1" in
  ps) ${state && "echo p-local-redis-1"} ;;
  inspect) echo "${state}" ;;
  logs) echo "cannot open /data" ;;
esac`;
  fakeProgram(path.join(folder, "bin", "docker"), script);
}

const said = (file: string) => readFileSync(path.join(folder, file), "utf8").trim();

beforeEach(() => {
  folder = scratchFolder();
  vi.stubEnv("STACK_ENGINE", "pulumi");
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "x");
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: p\nmain: a/\nconfig: {}\n");
});
afterEach(() => vi.unstubAllEnvs());

test.each([
  ["is created if it does not exist", [], "stack ls --json\nstack init local"],
  ["is kept if it exists", ["local"], "stack ls --json"],
])("the stack %s", async (_, stacks, calls) => {
  usePulumi(stacks);
  await Stack.open(folder, "local");
  expect(said("calls")).toBe(calls);
});

test("a stack without a jwtSecret gets a long one through standard input", async () => {
  usePulumi(["local"]);
  await (await Stack.open(folder, "local")).keepJwtSecret();
  expect(said("stdin")).toMatch(/^[\w-]{64}$/);
  expect(said("calls")).toMatch(/\nconfig set --secret jwtSecret --stack local$/);
});

test("an existing jwtSecret is kept, after a check that the passphrase decrypts it", async () => {
  usePulumi(["local"]);
  writeFileSync(
    path.join(folder, "Pulumi.local.yaml"),
    "config: { p:jwtSecret: { secure: v1:nonce:text } }\n",
  );
  await (await Stack.open(folder, "local")).keepJwtSecret();
  expect(said("calls")).toMatch(/\nconfig get jwtSecret --stack local$/);
});

test.each([
  ["error: incorrect passphrase", /^Put the passphrase/],
  ["could not decrypt configuration value: : cipher: message authentication failed", /^Put the passphrase/],
  ["Bind for 127.0.0.1:80 failed: port is already allocated", /^Free the port, or choose another/],
  ["error: Settings out of range:\n  httpPort must be ... but is 0", /^Set the value it names/],
  ["Stack 'local' with configuration key 'httpPort' must be of type 'integer'", /^Set the value it names/],
  ["Configuration 'p:ocrWorkers' value 'many' is not a valid number", /^Set the value it names/],
  ["Stack 'local' is missing configuration value 'httpPort'", /^Set the value it names/],
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", /^Start the Docker engine/],
  ["failed to solve: process /bin/sh -c npm ci did not complete", /^The build of an image failed/],
  ["error: the stack is currently locked by 1 lock(s)", /^Another run of Pulumi is changing the stack\./],
  ["something else", /^Fix the cause named above/],
])("what to do about %j", async (message, advice) => {
  writeFileSync(path.join(folder, "message"), message);
  usePulumi(["local"], `cat ${folder}/message >&2; exit 255`);
  const up = (await Stack.open(folder, "local")).up({ quiet: true, refresh: true });
  await expect(up).rejects.toThrow(message);
  await expect(up).rejects.toMatchObject({ advice: expect.stringMatching(advice) });
  expect(said("calls")).toMatch(/\nup --stack local --yes --skip-preview --refresh$/);
});

test("a run that finds the stack locked names the process that holds the lock", async () => {
  const locks = path.join(folder, ".pulumi", "locks", "organization", "p", "local");
  mkdirSync(locks, { recursive: true });
  const lock = { pid: process.pid, username: "ann", hostname: "host-1", timestamp: "2026-11-26T12:00:00Z" };
  writeFileSync(path.join(locks, "0a1b.json"), JSON.stringify(lock));
  usePulumi(["local"], "exit 255");
  const stack = await Stack.open(folder, "local");
  const advice = expect.stringMatching(
    new RegExp(
      `^Another run of Pulumi is changing the stack: process ${process.pid} of ann on host-1, since 2026`,
    ),
  );
  await expect(stack.up()).rejects.toMatchObject({ advice });
});

test.each([
  ["running healthy", []],
  ["running starting", ["p-local-redis-1 is starting"]],
  ["exited unhealthy", ["p-local-redis-1 is exited"]],
])("a container that is %s", async (state, unwell) => {
  usePulumi(["local"]);
  useDocker(state);
  const stack = await Stack.open(folder, "local");
  expect(await stack.containers.unwell(await stack.containers.names())).toEqual(unwell);
});
