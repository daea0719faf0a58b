import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { type Prepared, preparedSchema, type Reading, readingSchema, type Task } from "./protocol.ts";

/** How often the memory of a native process is sampled. */
const LOOK_MS = 20;

type Native = { text: string; seconds: number; peakMegabytes: number };

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
  const peakMegabytes = watchPeak(run.pid);
  const { stdout } = await run;
  return {
    text: stdout,
    seconds: (performance.now() - startedAt) / 1000,
    peakMegabytes: await peakMegabytes,
  };
}

/** Peak memory of a process in megabytes; 0 if the system does not report it. */
async function watchPeak(pid: number | undefined): Promise<number> {
  let peak = 0;
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kilobytes === undefined) return peak;
    peak = Number(kilobytes) / 1024;
    await pause(LOOK_MS);
  }
}
