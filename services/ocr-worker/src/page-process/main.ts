import { once } from "node:events";
import process from "node:process";
import { inspect } from "node:util";
import { restrictLibvips } from "../documents/image/image.ts";
import { OrderFailure } from "../failure.ts";
import { PageWork } from "./page-work.ts";
import type { Answer, PageProcessSettings, PageTask } from "./protocol.ts";

/** Length limit of an error in the log, in characters. */
const descriptionLimit = 4000;

/** Above this memory, in bytes, the process is replaced: memory taken for large pages is not returned. */
const spentMemory = 700 * 1024 * 1024;

// The worker is gone, so nobody would receive the result.
process.once("disconnect", () => process.exit());

restrictLibvips();
const [settings]: [PageProcessSettings] = (await once(process, "message")) as [PageProcessSettings];
const work = await PageWork.open(settings);
process.on("message", async (task: PageTask) => send(await perform(task)));
send({ outcome: "ready" });

async function perform(task: PageTask): Promise<Answer> {
  try {
    if (task.task === "inspect") {
      return { outcome: "inspected", ...(await work.inspect(task.ref)), spent: isSpent() };
    }
    if (task.task === "outline") {
      await work.outline(task.ref);
      return { outcome: "outlined", spent: isSpent() };
    }
    return { outcome: "read", ...(await work.read(task.ref, task.page)), spent: isSpent() };
  } catch (error) {
    if (!(error instanceof OrderFailure)) return { outcome: "broken", error: described(error) };
    const { code, message, cause } = error;
    const failed = { outcome: "failed", code, message, spent: isSpent() } as const;
    return cause === undefined ? failed : { ...failed, cause: described(cause) };
  }
}

function isSpent(): boolean {
  return process.memoryUsage.rss() > spentMemory;
}

/** Describes an error including its chain of causes. */
function described(error: unknown): string {
  return inspect(error).slice(0, descriptionLimit);
}

function send(answer: Answer): void {
  process.send?.(answer);
}
