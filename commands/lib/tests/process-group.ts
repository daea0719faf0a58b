import { setTimeout as pause } from "node:timers/promises";

const TERM_SECONDS = 20;

/** Ends every process of a group by SIGTERM, and after 20 s by SIGKILL. */
export async function endGroup(group: number): Promise<void> {
  const giveUpAt = Date.now() + TERM_SECONDS * 1000;
  if (!signalGroup(group, "SIGTERM")) return;
  while (signalGroup(group, 0)) {
    if (Date.now() > giveUpAt) signalGroup(group, "SIGKILL");
    await pause(100);
  }
}

/** @returns whether the group has a process */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
