import { existsSync } from "node:fs";
import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";
import { installDockerEngine, startDockerEngine } from "../offline.ts";

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Ensures that a Docker engine of this machine's architecture answers. Installs or starts one if it can.
 * @throws Failure that says what is missing and what to do
 */
export async function ensureDocker(): Promise<void> {
  let engine = await askEngine();
  if (engine.failed) {
    if (process.env.DOCKER_HOST) {
      throw new Failure(
        `The Docker engine at ${process.env.DOCKER_HOST} (DOCKER_HOST) does not answer: ${engine.reason}`,
        "Start it, or `unset DOCKER_HOST` to use this machine's own.",
      );
    }
    if (/permission denied/i.test(engine.reason)) {
      throw new Failure(
        `This user may not use the Docker engine: ${engine.reason}`,
        'Run `sudo usermod -aG docker "$USER"`, log out and in again, and try again.',
      );
    }
    if (!isEngineInstalled()) {
      await installDockerEngine();
      engine = await askEngine();
    }
    if (engine.failed) {
      await startDockerEngine();
      engine = await askEngine();
    }
  }
  if (engine.failed) {
    throw new Failure(
      `The Docker engine does not answer: ${engine.reason}`,
      "Find out why with `docker version`, then run the command again.",
    );
  }
  const here = ARCHITECTURES[process.arch] ?? process.arch;
  if (engine.os !== "linux" || engine.arch !== here) {
    throw new Failure(
      `The Docker engine is of another architecture: it runs ${engine.os}/${engine.arch}, ` +
        `this machine is ${here}.`,
      "Point Docker at an engine of this machine's kind: `unset DOCKER_HOST`, or `docker context use " +
        "default`.",
    );
  }
}

/** For commands that do not start an engine. @throws Failure when none answers */
export async function requireDocker(): Promise<void> {
  const engine = await askEngine();
  if (engine.failed) {
    throw new Failure(
      `The Docker engine does not answer: ${engine.reason}`,
      "Start it and run the command again.",
    );
  }
}

type Engine = { failed: true; reason: string } | { failed: false; os: string; arch: string };

async function askEngine(): Promise<Engine> {
  const format = "{{.Server.Os}} {{.Server.Arch}}";
  const { failed, stdout, stderr, shortMessage } = await execa("docker", ["version", "--format", format], {
    reject: false,
  });
  const [os = "", arch = ""] = stdout?.split(" ") ?? [];
  return failed ? { failed, reason: (stderr || shortMessage || "").trim() } : { failed, os, arch };
}

/** On Linux the client may be installed without the engine; elsewhere Docker Desktop brings both. */
function isEngineInstalled(): boolean {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  const program = process.platform === "linux" ? "dockerd" : "docker";
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}
