import type { ContainerState } from "./container-state.ts";
import { knownCause } from "./known-causes.ts";
import { formatLine } from "./log-format.ts";
import type { LogLine } from "./log-line.ts";
import { probeText, waitsFor } from "./waits-for.ts";

/** How many lines of a log an explanation shows. */
export const shownLines = 20;

export type Fault = {
  container: ContainerState;
  /** What is wrong, after the name of the part: "is unhealthy". */
  what: string;
  /** It ends again and again, although it may run at the moment. */
  isEnding?: boolean;
  /** The end of its log, without secrets. */
  log: readonly LogLine[];
};

/**
 * Why a container is not well, for people: what is wrong, what it waits for, its last health check, the end
 * of its log, the cause if it is known, and one next command.
 */
export function explanation({ container, what, isEnding = false, log }: Fault): string {
  const { source, name, stack, probe } = container;
  const shown = log.slice(-shownLines);
  const lines = shown.map((line) => `    ${formatLine(line, { colours: false, hidesOrder: false })}`);
  const said = [probe, ...shown.map(({ text, details }) => `${text} ${JSON.stringify(details)}`)].join("\n");
  const known = knownCause(container, said);
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  const next = known?.next.replace("NAME", name) ?? `npm run logs -- ${source}${option}`;
  return [
    `${source} ${what}.`,
    `  Container: ${name}`,
    `  Waits for: ${waitsFor(isEnding ? { ...container, state: "restarting" } : container)}`,
    `  Last health check: ${probeText(probe) || "it printed nothing"}`,
    ...(lines.length === 0 ? ["  Its log is empty."] : [`  The last ${counted(lines.length)}:`, ...lines]),
    ...(known === undefined ? [] : [`  Cause: ${known.cause}`]),
    `  Next: ${next}`,
  ].join("\n");
}

/** "restarting with code 137, restarted 4 times" */
export function stateText({ state, exitCode, restarts }: ContainerState): string {
  const exit =
    exitCode === undefined || state === "created" || state === "paused" ? "" : ` with code ${exitCode}`;
  const times = restarts === 0 ? "" : `, restarted ${restarts} ${restarts === 1 ? "time" : "times"}`;
  return `${state}${exit}${times}`;
}

function counted(lines: number): string {
  return lines === 1 ? "line of its log" : `${lines} lines of its log`;
}
