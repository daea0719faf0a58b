import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { fakeProgram, scratchFolder } from "../../lib/scratch-folder.ts";
import { PassphraseCrypter } from "../../lib/stack-config/passphrase-crypter.ts";
import { projectFolder } from "../stack/project.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { fakeEngine } from "./tests/fake-engine.ts";
import { plainEnvironment, scratchClone } from "./tests/scratch-clone.ts";

const WRAPPER = JSON.parse(
  readFileSync(path.join(projectFolder, "node_modules/pulumi/package.json"), "utf8"),
);

beforeEach(async () => {
  plainEnvironment();
  vi.stubEnv("DOCKER_HOST", `unix://${await fakeEngine()}`);
});
afterEach(() => vi.unstubAllEnvs());

async function found(check: string, folder = scratchClone()): Promise<Finding | undefined> {
  return (await examine(folder, "local")).find((finding) => finding.check === check);
}

function write(folder: string, file: string, content: unknown, mode = 0o600): void {
  const full = path.join(folder, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content), { mode });
}

test("a new clone has no problem and no warning", async () => {
  const findings = await examine(scratchClone(), "local");
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
});

describe("the passphrase", () => {
  function encrypted(): string {
    const folder = scratchClone();
    const { saltLine } = PassphraseCrypter.create("unseen marble");
    const file = readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");
    write(folder, "Pulumi.local.yaml", `encryptionsalt: ${saltLine}\n${file}`);
    return folder;
  }

  test("that is right is ok, and not shown", async () => {
    const folder = encrypted();
    write(folder, ".pulumi-passphrase", "unseen marble\n");
    const findings = await examine(folder, "local");
    expect(findings).toContainEqual({
      ...{ check: "passphrase", state: "ok", text: "right, in .pulumi-passphrase" },
    });
    expect(JSON.stringify(findings)).not.toContain("marble");
  });

  test("that other users may read is a warning", async () => {
    const folder = encrypted();
    write(folder, ".pulumi-passphrase", "unseen marble\n");
    chmodSync(path.join(folder, ".pulumi-passphrase"), 0o644);
    expect(await found("passphrase", folder)).toMatchObject({
      ...{ state: "warning", fix: "chmod 600 .pulumi-passphrase" },
    });
  });

  test("that cannot be read is a problem, and the other checks go on", async () => {
    const folder = encrypted();
    // Not even root can read a folder as a file.
    mkdirSync(path.join(folder, ".pulumi-passphrase"));
    const findings = await examine(folder, "local");
    expect(findings).toContainEqual({
      ...{ check: "passphrase", state: "problem", fix: 'sudo chown "$USER" .pulumi-passphrase' },
      text: "The passphrase in .pulumi-passphrase cannot be read by this user.",
    });
    expect(findings.map(({ check }) => check)).toContain("engine");
  });

  test("that is wrong is a problem, in the file and in the environment", async () => {
    const folder = encrypted();
    write(folder, ".pulumi-passphrase", "another\n");
    expect(await found("passphrase", folder)).toMatchObject({
      state: "problem",
      text: "The passphrase in .pulumi-passphrase is not that of the stack 'local' (Pulumi.local.yaml).",
    });
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "another");
    expect(await found("passphrase", folder)).toMatchObject({
      ...{ state: "problem", fix: "unset PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE" },
    });
  });

  test("that is missing is a problem if the stack has one", async () => {
    expect(await found("passphrase", encrypted())).toMatchObject({
      state: "problem",
      fix: expect.stringContaining("docs/troubleshooting.md#a-lost-passphrase"),
    });
    expect(await found("passphrase")).toMatchObject({ state: "ok" });
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", "/nowhere/passphrase");
    expect(await found("passphrase")).toMatchObject({
      ...{ state: "problem", fix: "unset PULUMI_CONFIG_PASSPHRASE_FILE" },
    });
  });
});

describe("the settings", () => {
  const set = "npm run pulumi -- config set";
  test.each([
    ["ocrWorkers: 65", "ocrWorkers must be a whole number from 1 to 64", "config rm ocrWorkers"],
    ["ocrWorkers: four", "ocrWorkers", "config rm ocrWorkers"],
    ["httpPort: eighty", "'httpPort' must be of type 'integer'", "config rm httpPort"],
    ["bindAddress: 127.0.0.1.5", "bindAddress must be an IPv4 address", "config rm bindAddress"],
    ["tlsIssuer: nobody", "tlsIssuer must be one of auto, internal", "config rm tlsIssuer"],
    ["documentsFolder: nowhere", "documentsFolder must be a folder that exists", "config rm documentsFolder"],
  ])("%s is a problem", async (line, text, fix) => {
    const folder = scratchClone();
    write(folder, "Pulumi.local.yaml", `config:\n  orbital-witness:${line}\n`);
    expect(await found("settings", folder)).toMatchObject({
      ...{ state: "problem", text: expect.stringContaining(text), fix: expect.stringContaining(fix) },
    });
  });

  test("each setting that lets other machines in unsafely is a problem with its fix", async () => {
    const findings = await examine(scratchClone("bindAddress: 0.0.0.0"), "local");
    const fixes = findings.filter(({ check }) => check === "settings").map(({ fix }) => fix);
    expect(fixes).toEqual([
      `${set} bindAddress 127.0.0.1 --stack local`,
      `${set} demoUsers false --stack local`,
    ]);
  });

  test("a certificate that cannot be read is a problem", async () => {
    const folder = scratchClone("publicHost: registry.example.org", "tlsCertificateFile: /nowhere/a.pem");
    const lines = readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");
    write(folder, "Pulumi.local.yaml", `${lines}  orbital-witness:tlsKeyFile: /nowhere/b.pem\n`);
    expect(await found("settings", folder)).toMatchObject({
      ...{ state: "problem", text: expect.stringContaining("tlsCertificateFile") },
    });
  });

  test("a stack file that is not YAML is a problem", async () => {
    const folder = scratchClone();
    write(folder, "Pulumi.local.yaml", "config: {\n");
    expect(await found("clone", folder)).toMatchObject({
      ...{ state: "problem", text: expect.stringContaining("Pulumi.local.yaml is not valid YAML") },
    });
  });
});

describe("the folder", () => {
  test("that is a copy of another clone is a problem", async () => {
    const original = scratchClone();
    write(original, ".pulumi/clone.json", { id: "0a1b2c3d", folder: original });
    const copy = path.join(path.dirname(original), "copy");
    cpSync(original, copy, { recursive: true });
    expect(await found("clone", copy)).toMatchObject({
      ...{ state: "problem", text: expect.stringContaining(`a copy of ${original}`) },
      fix: expect.stringMatching(/^rm -r \.pulumi /),
    });
  });

  test("with dependencies that are older than the lock file is a warning", async () => {
    const folder = scratchClone();
    utimesSync(path.join(folder, "node_modules/.package-lock.json"), 1_000_000_000, 1_000_000_000);
    expect(await found("dependencies", folder)).toMatchObject({ state: "warning", fix: "npm ci" });
  });

  test("whose record is damaged is a problem", async () => {
    const folder = scratchClone();
    write(folder, ".pulumi/clone.json", "{");
    expect(await found("clone", folder)).toMatchObject({ state: "problem" });
  });

  test.runIf(process.getuid?.() === 0)("on a full disk is a problem", async () => {
    const folder = scratchFolder();
    await execa("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
    onTestFinished(async () => void (await execa("umount", [folder])));
    const clone = path.join(folder, "clone");
    cpSync(scratchClone(), clone, { recursive: true });
    expect(await found("clone", clone)).toMatchObject({
      ...{ state: "problem", text: expect.stringMatching(/ has \d+ MiB left/) },
    });
    vi.stubEnv("DOCKER_HOST", `unix://${await fakeEngine({ info: { DockerRootDir: folder } })}`);
    expect(await found("disk")).toMatchObject({
      ...{ state: "problem", text: expect.stringContaining("The first start builds the images") },
    });
  });

  test("with documents that the router may not read is a warning", async () => {
    const documents = scratchFolder();
    chmodSync(documents, 0o755);
    // The router runs as the owner of the folder, or as nobody if that is root.
    write(documents, "lease.pdf", "%PDF", process.getuid?.() === 0 ? 0o600 : 0);
    expect(await found("documents", scratchClone(`documentsFolder: ${documents}`))).toMatchObject({
      ...{ state: "warning", text: expect.stringContaining("may not read lease.pdf") },
      fix: `chmod -R a+rX '${documents}'`,
    });
  });
});

describe("a port", () => {
  test("that another program holds is a problem, with a port that is free", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const folder = scratchClone();
    write(folder, "Pulumi.local.yaml", `config:\n  orbital-witness:httpPort: ${port}\n`);
    expect(await found(`port ${port}`, folder)).toMatchObject({
      ...{
        state: "problem",
        text: expect.stringMatching(/is busy: (\S+ \(process \d+\)|another program) holds/),
      },
      fix: expect.stringMatching(/config set httpPort 8[01]\d\d --stack local$/),
    });
  });

  test("of an address that this machine does not have is a problem", async () => {
    const folder = scratchClone("bindAddress: 203.0.113.7");
    expect(await found("port 49151", folder)).toMatchObject({
      ...{ state: "problem", fix: "npm run pulumi -- config set bindAddress 127.0.0.1 --stack local" },
    });
  });

  test("is not called free if the port or its address is out of range", async () => {
    for (const setting of ["bindAddress: 127.0.0.1.5", "httpPort: 80.5"]) {
      const folder = scratchClone();
      write(folder, "Pulumi.local.yaml", `config:\n  orbital-witness:${setting}\n`);
      const checks = (await examine(folder, "local")).map(({ check }) => check);
      expect(checks.filter((check) => check.startsWith("port"))).toEqual([]);
    }
  });

  test("of HTTPS is checked if publicHost is set", async () => {
    const folder = scratchClone("publicHost: registry.example.org", "httpsPort: 49152", "localPort: 49153");
    const checks = (await examine(folder, "local")).map(({ check }) => check);
    expect(checks).toEqual(expect.arrayContaining(["port 49151", "port 49152", "port 49153"]));
  });
});

describe("Pulumi", () => {
  function usePulumi(script: string, ...beside: string[]): string {
    const folder = fakeProgram(path.join(scratchFolder(), "pulumi"), script);
    for (const name of beside) fakeProgram(path.join(folder, name), "");
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    return path.join(folder, "pulumi");
  }
  const host = "pulumi-language-nodejs";

  test("that is not here is no problem: the next start downloads it, or uses the stand-in", async () => {
    expect(await found("Pulumi")).toMatchObject({
      state: "ok",
      text: expect.stringContaining("the stand-in"),
    });
    vi.stubEnv("STACK_ENGINE", "pulumi");
    expect(await found("Pulumi")).toMatchObject({ state: "warning" });
    vi.stubEnv("STACK_ENGINE", "stand-in");
    expect(await found("Pulumi")).toMatchObject({
      state: "ok",
      text: expect.stringContaining("chooses the stand"),
    });
  });

  test("that npm's package has downloaded is found", async () => {
    const file = `versions/${WRAPPER.version}/bin/pulumi`;
    fakeProgram(path.join(process.env.PULUMI_HOME ?? "", file), "echo v3.265.0");
    fakeProgram(path.join(process.env.PULUMI_HOME ?? "", path.dirname(file), host), "");
    expect(await found("Pulumi")).toMatchObject({
      state: "ok",
      text: expect.stringContaining("CLI 3.265.0"),
    });
  });

  test("with a wrong STACK_ENGINE is a problem", async () => {
    vi.stubEnv("STACK_ENGINE", "terraform");
    expect(await found("Pulumi")).toMatchObject({ state: "problem", fix: "unset STACK_ENGINE" });
  });

  test.each([
    ["is too old", "echo v2.25.2", [host], "is version 2.25.2"],
    ["does not run", "exit 1", [host], "does not tell its version"],
    ["lacks its language host", "echo v3.265.0", [], `does not find ${host}`],
  ])("that %s is a problem", async (_, script, beside, text) => {
    usePulumi(script, ...beside);
    expect(await found("Pulumi")).toMatchObject({ state: "problem", text: expect.stringContaining(text) });
  });

  test("without plugins downloads them, which is a problem if that is forbidden", async () => {
    usePulumi("echo v3.265.0", host);
    expect(await found("plugins")).toMatchObject({
      state: "ok",
      text: expect.stringContaining("downloads docker"),
    });
    vi.stubEnv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true");
    const missing = await found("plugins");
    expect(missing).toMatchObject({ state: "problem" });
    for (const [, name, version] of missing?.fix?.matchAll(/resource (\w+) ([\d.]+)/g) ?? []) {
      mkdirSync(path.join(process.env.PULUMI_HOME ?? "", "plugins", `resource-${name}-v${version}`), {
        recursive: true,
      });
    }
    expect(await found("plugins")).toMatchObject({ state: "ok" });
  });

  test("called directly with an old Node of the PATH is a warning", async () => {
    usePulumi("echo v3.265.0", host);
    const folder = fakeProgram(path.join(scratchFolder(), "node"), "echo v20.19.0");
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    expect(await found("Node")).toMatchObject({ state: "warning", text: expect.stringContaining("20.19.0") });
  });
});

describe("a lock", () => {
  test("of a running command is a problem, and of a killed one is none", async () => {
    const folder = scratchClone();
    const program = `
      const { StackLock } = await import(${JSON.stringify(path.join(projectFolder, "lib/stack-lock.ts"))});
      globalThis.lock = StackLock.take(${JSON.stringify(folder)}, "local", "npm start");
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = spawn("node", ["--input-type=module", "--eval", program]);
    await once(child.stdout, "data");
    expect(await found("lock", folder)).toMatchObject({
      ...{
        state: "problem",
        text: expect.stringContaining(`\`npm start\` is changing this stack: process ${child.pid}`),
      },
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await found("lock", folder)).toBeUndefined();
  });

  test("of Pulumi is a warning if its process was killed, else a problem", async () => {
    const child = spawn("sleep", ["60"]);
    const lock = {
      pid: child.pid,
      username: "dora",
      hostname: hostname(),
      timestamp: "2026-11-26T10:00:00Z",
    };
    const folder = scratchClone();
    write(folder, ".pulumi/locks/organization/orbital-witness/local/a.json", lock);
    expect(await found("lock", folder)).toMatchObject({
      ...{ state: "problem", fix: expect.stringContaining("cancel --yes --stack local") },
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await found("lock", folder)).toMatchObject({ state: "warning", fix: "npm start   # removes it" });
  });
});
