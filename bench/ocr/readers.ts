import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { processorTicks } from "../orders/processor-time.ts";
import { type Prepared, preparedSchema, type Reading, readingSchema, type Task } from "./protocol.ts";

/** How often the memory and processor time of a native process are sampled. */
const LOOK_MS = 20;
/** Linux counts the time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** `processorSeconds` lacks what the process used after the last sample. */
type Native = { text: string; seconds: number; processorSeconds: number; peakMegabytes: number };

/** A process of our own that reads pages, one after the other. */
export class PageProcess {
  readonly #child: ChildProcess;
  readonly #died: Promise<never>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#died = once(child, "exit").then(([code]) => {
      throw new Error(`a page's process ended with code ${code}`);
    });
    // A failure counts only while an answer is awaited.
    this.#died.catch(() => undefined);
  }

  static async start(languageData: string): Promise<PageProcess> {
    const program = path.join(import.meta.dirname, "process.ts");
    const started = new PageProcess(fork(program, [languageData]));
    await started.#answer();
    return started;
  }

  async read(page: Omit<Task, "task">): Promise<Reading> {
    this.#child.send({ task: "read", ...page });
    return readingSchema.parse(await this.#answer());
  }

  /** Prepares a page that another program will read. */
  async prepare(page: Omit<Task, "task">): Promise<Prepared> {
    this.#child.send({ task: "prepare", ...page });
    return preparedSchema.parse(await this.#answer());
  }

  stop(): void {
    this.#child.kill();
  }

  async #answer(): Promise<unknown> {
    const [answer] = await Promise.race([once(this.#child, "message"), this.#died]);
    return answer;
  }
}

/** Reads with Debian's tesseract on one thread, because more threads only compete. */
export async function readNative(file: string, dpi?: number): Promise<Native> {
  const resolution = dpi === undefined ? [] : ["--dpi", String(dpi)];
  const startedAt = performance.now();
  const run = execa("tesseract", [file, "-", ...resolution], { env: { OMP_THREAD_LIMIT: "1" } });
  const used = watchUse(run.pid);
  const { stdout } = await run;
  return {
    text: stdout,
    seconds: (performance.now() - startedAt) / 1000,
    ...(await used),
  };
}

/** Peak memory and processor time of a process; 0 if the system does not report them. */
async function watchUse(
  pid: number | undefined,
): Promise<Pick<Native, "processorSeconds" | "peakMegabytes">> {
  const use = { processorSeconds: 0, peakMegabytes: 0 };
  for (;;) {
    const [status, stat] = await Promise.all(
      ["status", "stat"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? "") ?? [];
    if (kilobytes === undefined || !stat) return use;
    use.peakMegabytes = Number(kilobytes) / 1024;
    use.processorSeconds = processorTicks(stat) / TICKS_PER_SECOND;
    await pause(LOOK_MS);
  }
}
