import { setTimeout as pause } from "node:timers/promises";
import type { Engine, Look } from "./engine.ts";

export type Outcome =
  | { kind: "healthy" }
  /** Somebody stopped or removed it. */
  | { kind: "left"; what: string }
  /** `what` follows the name of the part: "is unhealthy". */
  | { kind: "failed"; what: string; isEnding: boolean };

export type WaitOptions = {
  /** How long the container may make no progress. */
  quietSeconds: number;
  /** Is true when the wait is no longer of use. */
  isOver?: () => boolean;
  /** Is called once, when the container is not healthy after some seconds. */
  onSlow?: () => void;
};

const lookMs = 250;
/** Each look for progress starts three processes. */
const progressLookMs = 5000;
/** After this many quiet limits the wait fails, even if the container still writes to its log. */
const mostLimits = 10;
/** The wait fails after this many exits, or after fewer when it has taken `patienceMs`. */
const mostExits = 3;
const fewestExits = 2;
const patienceMs = 8000;
/** How long an unhealthy container may take to become healthy again. */
const recoveryMs = 15_000;
const slowMs = 5000;
/** So many restarts are not of this wait: the engine pauses longer after each, up to a minute. */
const oldRestarts = 6;

/**
 * Waits until a container is healthy. That may take long as long as it makes progress, because a busy machine
 * is slow. It fails within seconds if the container exits again and again.
 */
export async function untilHealthy(
  engine: Pick<Engine, "look" | "restart" | "progress">,
  container: string,
  { quietSeconds, isOver = () => false, onSlow }: WaitOptions,
): Promise<Outcome> {
  const startedAt = Date.now();
  const since = () => Date.now() - startedAt;
  let restartsBefore: number | undefined;
  let exitCode: number | undefined;
  let unwellSince: number | undefined;
  let progress = { sign: "", at: startedAt, nextLookAt: startedAt + progressLookMs };
  let isSlow = false;
  let isRestarted = false;
  for (;;) {
    const look = await engine.look(container);
    const end = settled(look);
    if (end !== undefined || look === undefined) return end ?? { kind: "left", what: "was removed" };
    if (!isRestarted && look.status === "restarting" && look.restarts >= oldRestarts) {
      // An earlier update left it so. The engine would try it again after up to a minute.
      isRestarted = true;
      await engine.restart(container);
      continue;
    }
    restartsBefore ??= look.status === "restarting" ? 0 : look.restarts;
    if (look.status === "restarting") exitCode = look.exitCode;
    const exits = look.restarts - restartsBefore;
    if (exits >= mostExits || (exits >= fewestExits && since() >= patienceMs)) {
      return { ...failed(exitsText(exits, since(), exitCode)), isEnding: true };
    }
    unwellSince = look.health === "unhealthy" ? (unwellSince ?? Date.now()) : undefined;
    if (unwellSince !== undefined && Date.now() - unwellSince >= recoveryMs) return failed("is unhealthy");
    if (isOver()) return failed("was not healthy yet when another part failed");
    if (!isSlow && since() >= slowMs) {
      isSlow = true;
      onSlow?.();
    }
    if (Date.now() >= progress.nextLookAt) {
      const sign = await engine.progress(container);
      const at = sign === progress.sign ? progress.at : Date.now();
      progress = { sign, at, nextLookAt: Date.now() + progressLookMs };
    }
    if (Date.now() > progress.at + quietSeconds * 1000) {
      return failed(`is not healthy, and has made no progress for ${quietSeconds} s`);
    }
    if (since() > mostLimits * quietSeconds * 1000) {
      return failed(`is not healthy after ${mostLimits * quietSeconds} s`);
    }
    await pause(lookMs);
  }
}

/** The outcome if waiting would change nothing. */
function settled(look: Look | undefined): Outcome | undefined {
  if (look === undefined) return undefined;
  if (look.status === "paused") return failed("is paused");
  if (look.status === "running" && look.health === "healthy") return { kind: "healthy" };
  if (look.status === "exited" || look.status === "dead" || look.status === "created") {
    return { kind: "left", what: `is ${look.status}` };
  }
  return undefined;
}

function failed(what: string) {
  return { kind: "failed", what, isEnding: false } as const;
}

function exitsText(exits: number, ms: number, exitCode: number | undefined): string {
  const code = exitCode === undefined ? "" : `, the last time with code ${exitCode}`;
  return `exits again and again: ${exits} times in ${(ms / 1000).toFixed(1)} s${code}`;
}
