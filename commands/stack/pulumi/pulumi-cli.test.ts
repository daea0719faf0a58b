import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { fakeProgram, scratchFolder } from "../../../lib/scratch-folder.ts";
import { choosePulumi } from "./pulumi-cli.ts";

const CHOSEN = 'echo "the one meant: $*"';
const NOT_MEANT = "echo the wrong one";

beforeEach(() => vi.stubEnv("STACK_ENGINE", undefined));
afterEach(() => vi.unstubAllEnvs());

function usePath(...folders: string[]): void {
  vi.stubEnv("PATH", [...folders, "/usr/bin", "/bin"].join(path.delimiter));
}

test.each(["docker", "Pulumi", "standin"])("STACK_ENGINE=%s is rejected", async (wish) => {
  vi.stubEnv("STACK_ENGINE", wish);
  const folder = scratchFolder();
  await expect(choosePulumi(folder)).rejects.toThrow(Failure);
  await expect(choosePulumi(folder)).rejects.toThrow(
    `STACK_ENGINE is '${wish}', but must be pulumi or stand-in.`,
  );
});

test.each([undefined, "", "pulumi"])(
  "with STACK_ENGINE %j the program on the PATH is chosen",
  async (wish) => {
    const folder = scratchFolder();
    vi.stubEnv("STACK_ENGINE", wish);
    usePath(fakeProgram(path.join(folder, "bin", "pulumi"), CHOSEN));
    const cli = await choosePulumi(folder);
    expect(cli.kind).toBe("pulumi");
    expect(await cli.quietly(["stack", "ls"], "")).toBe("the one meant: stack ls");
  },
);

test("npm's own `pulumi`, a folder and a file that is not executable are skipped", async () => {
  const folder = scratchFolder();
  mkdirSync(path.join(folder, "project", "pulumi"), { recursive: true });
  usePath(
    fakeProgram(path.join(folder, "node_modules", ".bin", "pulumi"), NOT_MEANT),
    path.join(folder, "project"),
    fakeProgram(path.join(folder, "text", "pulumi"), NOT_MEANT, 0o644),
    fakeProgram(path.join(folder, "bin", "pulumi"), CHOSEN),
    fakeProgram(path.join(folder, "later", "pulumi"), NOT_MEANT),
  );
  const cli = await choosePulumi(folder);
  expect(await cli.quietly(["up"], "")).toBe("the one meant: up");
});

test.each([
  ["unix:///home/you/.colima/default/docker.sock", "unix:///home/you/.colima/default/docker.sock"],
  // Certificates would be missing.
  ["tcp://192.0.2.7:2376", ""],
])("Pulumi gets the engine of the client's context: %s", async (host, given) => {
  const folder = scratchFolder();
  const context = JSON.stringify({ Name: "own", Current: true, DockerEndpoint: host });
  usePath(
    fakeProgram(path.join(folder, "docker"), `echo '${context}'`),
    fakeProgram(path.join(folder, "bin", "pulumi"), 'echo "at $DOCKER_HOST"'),
  );
  vi.stubEnv("DOCKER_HOST", undefined);
  expect(await (await choosePulumi(folder)).quietly(["up"], "")).toBe(`at ${given}`);
  vi.stubEnv("DOCKER_HOST", "unix:///chosen.sock");
  expect(await (await choosePulumi(folder)).quietly(["up"], "")).toBe("at unix:///chosen.sock");
});

test("STACK_ENGINE=stand-in takes precedence over the program on the PATH", async () => {
  vi.stubEnv("STACK_ENGINE", "stand-in");
  usePath(fakeProgram(path.join(scratchFolder(), "pulumi"), NOT_MEANT));
  expect((await choosePulumi(scratchFolder())).kind).toBe("stand-in");
});

test("a copy of another clone is refused, because the state belongs to that clone", async () => {
  const folder = scratchFolder();
  const [original, copy] = [path.join(folder, "original"), path.join(folder, "copy")];
  mkdirSync(original);
  vi.stubEnv("STACK_ENGINE", "stand-in");
  await choosePulumi(original);
  cpSync(original, copy, { recursive: true });
  await expect(choosePulumi(copy)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`^This folder is a copy of ${original}, `)),
    advice: expect.stringMatching(/rm -r \.pulumi/),
  });
  rmSync(path.join(copy, ".pulumi"), { recursive: true });
  expect((await choosePulumi(copy)).kind).toBe("stand-in");
});

test.each([
  ["of a dead process", 2 ** 22 + 1, hostname(), true],
  ["of a live process", process.pid, hostname(), false],
  ["of another machine", 2 ** 22 + 1, "another", false],
])("a lock of the CLI %s is removed: %s", async (_, pid, host, isRemoved) => {
  const folder = scratchFolder();
  usePath(fakeProgram(path.join(folder, "bin", "pulumi"), `echo "$*" >> ${folder}/calls`));
  const locks = path.join(folder, ".pulumi", "locks", "organization", "p", "local");
  mkdirSync(locks, { recursive: true });
  const lock = { pid, username: "me", hostname: host, timestamp: "2026-11-26T12:00:00Z" };
  writeFileSync(path.join(locks, "0123.json"), JSON.stringify(lock));
  const cli = await choosePulumi(folder);
  await cli.removeLocksLeftBehind("other");
  await cli.removeLocksLeftBehind("local");
  const calls = existsSync(`${folder}/calls`) ? readFileSync(`${folder}/calls`, "utf8") : "";
  expect(calls).toBe(isRemoved ? "cancel --yes --stack local\n" : "");
});

test("the CLI runs in the project's folder with its passphrase; an error has its output", async () => {
  const folder = scratchFolder();
  const script = `echo "$PWD $PULUMI_CONFIG_PASSPHRASE_FILE"; cat; echo "no such stack" >&2; exit "\${2:-0}"`;
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined);
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", undefined);
  usePath(fakeProgram(path.join(folder, "bin", "pulumi"), script));
  const cli = await choosePulumi(folder);
  const said = await cli.quietly(["config"], "", "a secret by standard input");
  expect(said).toBe(`${folder} ${folder}/.pulumi-passphrase\na secret by standard input`);
  const failed = cli.quietly(["stack", "3", "--json"], "Do this.");
  await expect(failed).rejects.toThrow("pulumi stack 3 failed: no such stack");
  await expect(failed).rejects.toMatchObject({ advice: "Do this." });
});
