import { type StartFailure, startFailure } from "./start-failure.ts";

export interface ServiceEvents {
  /** A new process answers requests. `save`: the save that it was started for. */
  ready(save: number): void;
  /** The process ended by itself. */
  failed(failure: StartFailure): void;
}

/** What Node's watch mode writes. */
const restarting = /^Restarting /;
const failed = /^(?:Failed|Completed) running /;
/** Errors come by another stream, which may be a little later. */
const lateMs = 100;
const mostLines = 200;

/** Reads the log of a container in dev mode, and reports when its process is ready or has failed. */
export async function watchServiceLog(
  log: AsyncIterable<string>,
  projectFolder: string,
  events: ServiceEvents,
): Promise<void> {
  let lines: string[] = [];
  for await (const line of log) {
    const save = readySave(line);
    if (save !== undefined) events.ready(save);
    if (restarting.test(line)) lines = [];
    lines.push(line);
    if (lines.length > mostLines) lines.shift();
    if (failed.test(line)) {
      const ofProcess = lines;
      setTimeout(() => events.failed(startFailure(ofProcess, projectFolder)), lateMs);
    }
  }
}

/** The line of `commands/dev/container/tell-ready.ts`. */
function readySave(line: string): number | undefined {
  if (!line.startsWith("{") || !line.includes('"msg":"ready"')) return undefined;
  const { msg, save } = JSON.parse(line);
  return msg === "ready" && typeof save === "number" ? save : undefined;
}
