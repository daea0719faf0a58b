import { once } from "node:events";
import process from "node:process";
import { restrictLibvips } from "../documents/image.ts";
import { OrderFailure } from "../failure.ts";
import { PageWork } from "./page-work.ts";
import type { Answer, PageProcessSettings, PageTask } from "./protocol.ts";

/** From here on the process is renewed: what large pages took does not come back. In bytes. */
const spentMemory = 700 * 1024 * 1024;

// The worker is gone, and nobody would have what is read here.
process.once("disconnect", () => process.exit());

restrictLibvips();
const [settings]: [PageProcessSettings] = (await once(process, "message")) as [PageProcessSettings];
const work = await PageWork.open(settings);
process.on("message", async (task: PageTask) => send(await perform(task)));
send({ outcome: "ready" });

async function perform(task: PageTask): Promise<Answer> {
  try {
    if (task.task === "inspect") {
      return { outcome: "inspected", ...(await work.inspect(task.path)), spent: isSpent() };
    }
    return { outcome: "read", ...(await work.read(task.ref, task.page)), spent: isSpent() };
  } catch (error) {
    if (!(error instanceof OrderFailure)) return { outcome: "broken", error: described(error) };
    const { code, message, cause } = error;
    return { outcome: "failed", code, message, cause: described(cause), spent: isSpent() };
  }
}

function isSpent(): boolean {
  return process.memoryUsage.rss() > spentMemory;
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

function send(answer: Answer): void {
  process.send?.(answer);
}
