import { mkdirSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../settings.ts";

/**
 * The environment variable by which `npm run dev` switches dev mode on. It is no setting, because a setting
 * would stay: an update without the variable goes back to the built images.
 */
export const devModeVariable = "ORBITAL_WITNESS_DEV";

/** What `npm run dev` and the containers exchange, relative to the project's folder. */
const exchange = ".cache/dev";

/** The built page, which the router serves in dev mode. */
export const devPageFolder = path.join(projectFolder, exchange, "page");

/** Node's watch mode restarts the service when `npm run dev` writes to this folder. */
export function devRestartFolder(service: string): string {
  return path.join(projectFolder, exchange, "restart", service);
}

export interface HostMount {
  /** Absolute path on the engine's machine. */
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: true;
}

export function isDevMode(): boolean {
  return process.env[devModeVariable] === "true";
}

/**
 * In dev mode a service runs the sources of this folder instead of those in its image, and Node's watch mode
 * restarts it. Folders are mounted, not files, because many editors replace a file when they save it.
 */
export function devService(service: string) {
  const restarts = devRestartFolder(service);
  // The engine would create a missing folder for root.
  mkdirSync(restarts, { recursive: true });
  return {
    command: [
      ...["node", "--watch-path=/dev-mode/restart", "--watch-preserve-output"],
      ...["--import=/dev-mode/container/tell-ready.ts", "src/main.ts"],
    ],
    // The compiled code of the last process. The forked processes of a worker do not get it.
    environment: { NODE_COMPILE_CACHE: "/tmp/compiled" },
    mounts: [
      ...[service, "common"].map((each) =>
        mount(path.join(projectFolder, "services", each, "src"), `/app/services/${each}/src`),
      ),
      mount(path.join(projectFolder, "commands/dev/container"), "/dev-mode/container"),
      mount(restarts, "/dev-mode/restart"),
    ],
  };
}

/** In dev mode the router serves the page that `npm run dev` builds. */
export function devRouterMounts(): HostMount[] {
  mkdirSync(devPageFolder, { recursive: true });
  return [mount(devPageFolder, "/srv/page")];
}

function mount(hostPath: string, containerPath: string): HostMount {
  return { hostPath, containerPath, readOnly: true };
}
