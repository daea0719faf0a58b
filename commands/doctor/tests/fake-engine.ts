import { createServer } from "node:http";
import { hostname } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { ownArchitecture } from "../../stack/engine/docker.ts";

type Answers = {
  readonly version?: Record<string, unknown>;
  readonly info?: Record<string, unknown>;
  /** How far its clock is ahead. */
  readonly aheadMs?: number;
  /** By the end of their path, such as `/containers/json`. */
  readonly more?: Readonly<Record<string, unknown>>;
};

const gibibyte = 1024 ** 3;

/**
 * An engine on a socket of its own, which the real docker client asks. For what no real engine of this
 * machine can be: another version, another architecture, little memory. @returns its socket
 */
export async function fakeEngine({ version, info, aheadMs = 0, more }: Answers = {}): Promise<string> {
  const answers: Readonly<Record<string, unknown>> = {
    "/version": {
      ...{ Version: "28.0.0", ApiVersion: "1.41", MinAPIVersion: "1.12", Os: "linux" },
      ...{ Arch: ownArchitecture, ...version },
    },
    "/info": {
      ...{ ID: "fake", Name: hostname(), OperatingSystem: "Debian", MemTotal: 64 * gibibyte },
      ...{ MemoryLimit: true, DockerRootDir: "/", SecurityOptions: [] },
      ...info,
    },
    "/containers/json": [],
    "/networks": [],
    "/volumes": { Volumes: [] },
    ...more,
  };
  const server = createServer((request, response) => {
    const asked = request.url?.split("?")[0] ?? "";
    const [, answer] = Object.entries(answers).find(([end]) => asked.endsWith(end)) ?? [];
    response.setHeader("Api-Version", "1.41");
    response.setHeader("Content-Type", "application/json");
    response.statusCode = answer === undefined && !asked.endsWith("/_ping") ? 404 : 200;
    const clock = asked.endsWith("/info") && { SystemTime: new Date(Date.now() + aheadMs) };
    response.end(JSON.stringify(Array.isArray(answer) ? answer : { ...Object(answer), ...clock }));
  });
  const socket = path.join(scratchFolder(), "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return socket;
}
