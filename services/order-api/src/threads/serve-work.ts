import { rmSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { DamagedDatabaseError } from "./database.ts";
import type { Answer, Question, Work } from "./work-thread.ts";

/**
 * Answers the questions to this thread. A damaged database is removed: `close` must close it, and the next
 * work opens a new one.
 */
export function serveWork(file: string, work: Work & { close(): Promise<void> }): void {
  async function answer({ id, name, values }: Question): Promise<Answer> {
    try {
      const call = work[name];
      if (!call) throw new Error(`this thread cannot do ${name}`);
      return { id, value: await call(...values) };
    } catch (error) {
      if (!(error instanceof DamagedDatabaseError)) return { id, error };
      await work.close();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
      return { id, error, removed: true };
    }
  }
  parentPort?.on("message", async (question: Question) => parentPort?.postMessage(await answer(question)));
}
