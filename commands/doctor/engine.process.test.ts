import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { fakeProgram, scratchFolder } from "../../lib/scratch-folder.ts";
import { projectFolder } from "../stack/project.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { fakeEngine } from "./tests/fake-engine.ts";
import { plainEnvironment, scratchClone } from "./tests/scratch-clone.ts";

beforeEach(plainEnvironment);
afterEach(() => vi.unstubAllEnvs());

async function found(check: string, folder = scratchClone()): Promise<Finding | undefined> {
  return (await examine(folder, "local")).find((finding) => finding.check === check);
}

const useSocket = (socket: string) => vi.stubEnv("DOCKER_HOST", `unix://${socket}`);

/** A context of the docker client whose engine has this socket. */
async function context(name: string, socket: string): Promise<void> {
  await execa("docker", ["context", "create", name, "--docker", `host=unix://${socket}`]);
}

test("an engine that answers is named with its version and endpoint", async () => {
  const socket = await fakeEngine();
  useSocket(socket);
  expect(await found("engine")).toMatchObject({
    state: "ok",
    text: expect.stringMatching(`engine 28.0.0, client [\\d.]+\\S*, at unix://${socket} \\(DOCKER_HOST\\)`),
  });
});

test("a PATH without docker is a problem", async () => {
  vi.stubEnv("PATH", scratchFolder());
  expect(await found("docker")).toMatchObject({
    state: "problem",
    fix: expect.stringMatching(/docker\.io|docs\.docker\.com/),
  });
});

test("DOCKER_HOST with a socket that does not exist is a problem", async () => {
  useSocket("/nowhere/docker.sock");
  const text = "No engine runs: unix:///nowhere/docker.sock (DOCKER_HOST) does not exist.";
  expect(await found("engine")).toEqual({
    check: "engine",
    state: "problem",
    text,
    fix: "unset DOCKER_HOST",
  });
});

test("DOCKER_HOST with an address where nobody listens is a problem, and shows no password", async () => {
  vi.stubEnv("DOCKER_HOST", "tcp://carol:unseen-marble@127.0.0.1:1");
  const findings = await examine(scratchClone(), "local");
  expect(findings[0]).toMatchObject({ state: "problem", fix: "unset DOCKER_HOST" });
  expect(findings[0]?.text).toContain("tcp://carol:***@127.0.0.1:1 (DOCKER_HOST)");
  expect(JSON.stringify(findings)).not.toContain("unseen-marble");
  expect(findings.at(-1)).toMatchObject({ state: "skipped", check: "the rest" });
});

test("a socket that an engine left behind is a problem", async () => {
  const socket = path.join(scratchFolder(), "docker.sock");
  // A process that is killed leaves its socket.
  const program = `require("net").createServer().listen("${socket}", () => process.kill(process.pid, 9))`;
  await execa("node", ["--eval", program], { reject: false });
  await context("left", socket);
  vi.stubEnv("DOCKER_CONTEXT", "left");
  expect(await found("engine")).toMatchObject({
    state: "problem",
    text: expect.stringMatching(
      /^No engine runs: nobody listens on unix:.* \(context left, by DOCKER_CONTEXT\)/,
    ),
  });
});

test("an engine that never answers is a problem after seconds", async () => {
  const socket = path.join(scratchFolder(), "docker.sock");
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(socket, resolve));
  onTestFinished(() => void silent.close());
  useSocket(socket);
  const text = expect.stringContaining("gave no answer in 8 s");
  expect(await found("engine")).toMatchObject({ state: "problem", text, fix: "unset DOCKER_HOST" });
});

test("a server that is no engine is a problem", async () => {
  const socket = path.join(scratchFolder(), "docker.sock");
  const other = createServer((connection) => {
    connection.on("error", () => {}).end("220 mail.example.org\r\n");
  });
  await new Promise<void>((resolve) => other.listen(socket, resolve));
  onTestFinished(() => void other.close());
  useSocket(socket);
  expect(await found("engine")).toMatchObject({
    state: "problem",
    text: expect.stringContaining("is no engine"),
  });
});

test("a socket that this user may not open is a problem", async () => {
  const socket = await fakeEngine();
  chmodSync(socket, 0);
  // Root may open every socket.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  chmodSync(path.dirname(socket), 0o755);
  const { stdout, exitCode } = await execa("node", [path.join(projectFolder, "commands/doctor/doctor.mjs")], {
    ...{ env: { DOCKER_HOST: `unix://${socket}`, HOME: tmpdir() }, reject: false, ...nobody },
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/✗ engine +This user may not use the engine at\s+unix:/);
  expect(stdout).toContain('→ sudo usermod -aG docker "$USER"');
});

test.each(["DOCKER_CONTEXT", "the client"])(
  "a context that %s names and that does not exist is a problem",
  async (by) => {
    if (by === "DOCKER_CONTEXT") vi.stubEnv("DOCKER_CONTEXT", "gone");
    else
      writeFileSync(path.join(process.env.DOCKER_CONFIG ?? "", "config.json"), '{"currentContext":"gone"}');
    expect(await found("context")).toMatchObject({
      state: "problem",
      text: expect.stringMatching(/names the context gone, which does not exist\.$/),
      fix: by === "DOCKER_CONTEXT" ? "unset DOCKER_CONTEXT" : "docker context use default",
    });
  },
);

test("another context whose engine answers is the fix of a context whose engine does not", async () => {
  await context("alive", await fakeEngine());
  await context("dead", "/nowhere/docker.sock");
  await execa("docker", ["context", "use", "dead"]);
  expect(await found("engine")).toMatchObject({
    state: "problem",
    text: "No engine runs: unix:///nowhere/docker.sock (context dead) does not exist.",
    // The engine of this machine, if it runs, is the context `default`.
    fix: expect.stringMatching(/^docker context use (alive|default) /),
  });
});

test("DOCKER_HOST and DOCKER_CONTEXT together are a warning", async () => {
  useSocket(await fakeEngine());
  vi.stubEnv("DOCKER_CONTEXT", "other");
  expect(await found("context")).toMatchObject({ state: "warning", fix: "unset DOCKER_CONTEXT" });
});

test.each([
  ["19.03.15", "problem", "Docker 19.03.15 is too old"],
  ["20.10.5+dfsg1", "warning", "Docker 20.10.5+dfsg1 rejects a system call"],
  ["20.10.24+dfsg1", "ok", "engine 20.10.24+dfsg1"],
  ["29.1.0-rc.1", "ok", "engine 29.1.0-rc.1"],
])("Docker %s is a finding: %s", async (version, state, text) => {
  useSocket(await fakeEngine({ version: { Version: version } }));
  expect(await found("engine")).toMatchObject({ state, text: expect.stringContaining(text) });
});

test.each([{ Arch: "s390x" }, { Os: "windows" }])(
  "an engine of another kind is a problem: %j",
  async (version) => {
    useSocket(await fakeEngine({ version }));
    expect(await found("architecture")).toMatchObject({ state: "problem", fix: "unset DOCKER_HOST" });
  },
);

test("an engine that is reached by SSH is a problem: its ports and folders are elsewhere", async () => {
  const socket = await fakeEngine();
  const ssh = `DOCKER_HOST=unix://${socket} exec docker system dial-stdio`;
  const folder = fakeProgram(path.join(scratchFolder(), "ssh"), ssh);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  vi.stubEnv("DOCKER_HOST", "ssh://dora@registry.example.org");
  expect(await found("engine")).toMatchObject({ state: "ok" });
  expect(await found("endpoint")).toMatchObject({
    state: "problem",
    text: expect.stringContaining("ssh://dora@registry.example.org (DOCKER_HOST) is on another machine"),
    fix: "unset DOCKER_HOST",
  });
});

test("with the real CLI, a context that only our commands follow is a warning", async () => {
  const socket = await fakeEngine();
  await context("own", socket);
  await execa("docker", ["context", "use", "own"]);
  const folder = fakeProgram(path.join(scratchFolder(), "pulumi"), "echo v3.265.0");
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  expect(await found("endpoint")).toMatchObject({
    state: "warning",
    text: expect.stringMatching(/\(context own\)\. But `pulumi up`, called directly, does not read contexts/),
    fix: `export DOCKER_HOST=unix://${socket}`,
  });
  vi.stubEnv("STACK_ENGINE", "stand-in");
  expect(await found("endpoint")).toBeUndefined();
});

test.each([
  [{ MemTotal: 512 * 1024 ** 2 }, "memory", "problem", "Even one worker"],
  [{ MemTotal: 2 * 1024 ** 3 }, "memory", "warning", "2.0 GiB of memory, but 8 workers"],
  [{ MemTotal: 8 * 1024 ** 3 }, "memory", "ok", "8.0 GiB for 8 workers"],
  [{ MemoryLimit: false }, "memory", "warning", "cannot limit the memory"],
  [{ DockerRootDir: "/proc" }, "disk", "problem", "0 MiB left"],
])("an engine that says %j: %s is %s", async (info, check, state, text) => {
  useSocket(await fakeEngine({ info }));
  const folder = scratchClone("ocrWorkers: 8");
  expect(await found(check, folder)).toMatchObject({ state, text: expect.stringContaining(text) });
});

test.each([
  [3_600_000, "warning", "clock is 3600 s ahead of"],
  [-60_000, "warning", "clock is 60 s behind"],
  [0, "ok", "agrees"],
])("an engine whose clock is %d ms ahead is a finding: %s", async (aheadMs, state, text) => {
  useSocket(await fakeEngine({ aheadMs }));
  expect(await found("clock")).toMatchObject({ state, text: expect.stringContaining(text) });
});

test("the fix for little memory is the number of workers that fit", async () => {
  useSocket(await fakeEngine({ info: { MemTotal: 2 * 1024 ** 3 } }));
  const fix = "npm run pulumi -- config set ocrWorkers 2 --stack local";
  expect(await found("memory", scratchClone("ocrWorkers: 8"))).toMatchObject({ fix });
});

test("a rootless engine cannot open port 80", async () => {
  useSocket(
    await fakeEngine({ info: { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] } }),
  );
  expect(await found("engine")).toMatchObject({ text: expect.stringMatching(/^rootless Docker/) });
  const folder = scratchClone();
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), "config:\n  orbital-witness:httpPort: 1\n");
  expect(await found("port 1", folder)).toMatchObject({
    state: "problem",
    text: expect.stringContaining("A rootless engine cannot open port 1"),
    fix: expect.stringMatching(/config set httpPort 80\d\d --stack local$/),
  });
});
