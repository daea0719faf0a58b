import { existsSync } from "node:fs";
import { execa } from "execa";
import { z } from "zod";
import { Failure } from "../../../lib/failure.ts";
import { installDockerEngine, startDockerEngine } from "../offline.ts";

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/** This machine's architecture in Docker's terms. */
export const ownArchitecture: string = ARCHITECTURES[process.arch] ?? process.arch;

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
      "Find out why with `npm run doctor`, then run the command again.",
    );
  }
  if (engine.os !== "linux" || engine.arch !== ownArchitecture) {
    throw new Failure(
      `The Docker engine is of another architecture: it runs ${engine.os}/${engine.arch}, ` +
        `this machine is ${ownArchitecture}.`,
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
      "Start it and run the command again. `npm run doctor` says how.",
    );
  }
}

const versionSchema = z.object({
  Client: z.object({ Version: z.string() }).nullish(),
  Server: z.object({ Version: z.string(), Os: z.string(), Arch: z.string() }).nullish(),
});

export type Engine =
  | { failed: true; reason: string; timedOut: boolean; client: string | undefined }
  | { failed: false; os: string; arch: string; version: string; client: string | undefined };

/** Asks the engine that the docker client chooses. It says no to an engine that it does not understand. */
export async function askEngine(limitMs?: number): Promise<Engine> {
  const { failed, timedOut, stdout, stderr, shortMessage } = await execa(
    "docker",
    ["version", "--format", "{{json .}}"],
    { reject: false, ...(limitMs !== undefined && { timeout: limitMs, killSignal: "SIGKILL" }) },
  );
  const { Client, Server } = parseVersions(stdout ?? "");
  const client = Client?.Version;
  if (failed || !Server) {
    return { failed: true, reason: (stderr || shortMessage || "").trim(), timedOut, client };
  }
  return { failed: false, os: Server.Os, arch: Server.Arch, version: Server.Version, client };
}

function parseVersions(text: string): z.infer<typeof versionSchema> {
  try {
    return versionSchema.parse(JSON.parse(text));
  } catch {
    // Without an engine, some clients print no JSON.
    return {};
  }
}

/** On Linux the client may be installed without the engine; elsewhere Docker Desktop brings both. */
export function isEngineInstalled(): boolean {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  const program = process.platform === "linux" ? "dockerd" : "docker";
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}
