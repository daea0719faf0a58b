import type { ContainerState } from "./container-state.ts";

/** What a failing check of `/readyz` stands for. */
const needs: Readonly<Record<string, string>> = {
  redis: "Redis to answer",
  accounts: "the file of its users",
  queue: "its place in the queue of Redis",
  reader: "its text recognition to be ready",
  lists: "its lists of orders to be opened",
};

/** What health checks print, and what the container then waits for. */
const probes: readonly (readonly [RegExp, string])[] = [
  [/\bLOADING\b/, "its data to be loaded from the disk"],
  [/WRONGPASS|NOAUTH|NOPERM/, "a password that Redis accepts"],
  [/\bMISCONF\b|No space left/i, "room on its disk"],
  [/Could not connect to Redis at redis:/, "Redis to answer"],
  [/does not have the users/, "Redis to take the users of the services"],
  [/Connection refused|Could not connect/, "its own program to answer"],
  [/no answer|timed out|exceeded timeout/i, "its own program to answer, which is busy or hangs"],
];

/** What a container that is not well waits for, for people. */
export function waitsFor({ state, probe }: Pick<ContainerState, "state" | "probe">): string {
  if (state === "paused") return "somebody to continue it";
  // Its restart policy would start a program that ended by itself again.
  if (state === "exited" || state === "created") return "somebody to start it";
  if (state !== "starting" && state !== "unhealthy") return "nothing: its program ends by itself";
  const missing = notReady(probe);
  if (missing.length > 0) return missing.map((name) => needs[name] ?? name).join(", and for ");
  const known = probes.find(([pattern]) => pattern.test(probe))?.[1];
  return known ?? (probe === "" ? "its first health check" : "its health check to succeed");
}

/** The failing checks of a service, as its answer to `/readyz` names them. */
function notReady(probe: string): string[] {
  return /Not ready: ([^.]+)\./.exec(probe)?.[1]?.split(", ") ?? [];
}

/** The health check's output as a line: of a problem document only what it says. */
export function probeText(probe: string): string {
  const line = probe.trim().split("\n").at(-1) ?? "";
  return /"detail" ?: ?"([^"]+)"/.exec(line)?.[1] ?? line;
}
