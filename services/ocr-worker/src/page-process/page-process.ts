import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { within } from "@orbital-witness/common/time-limit.ts";
import { type Answer, answerSchema, type PageProcessSettings, type PageTask } from "./protocol.ts";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));
/** How much of the process's latest error output is kept, in characters. */
const lastWordsLimit = 2000;

/** All of the process's environment variables. */
export const pageProcessEnvironment = {
  // One process keeps one core busy, so libraries must not start threads of their own.
  ...{ VIPS_CONCURRENCY: "1", OMP_THREAD_LIMIT: "1", UV_THREADPOOL_SIZE: "1", MALLOC_ARENA_MAX: "2" },
  // By default, libvips decodes a lossy WebP of more than 100 MB to a file, and the container's /tmp has 64.
  VIPS_DISC_THRESHOLD: "1g",
} as const;

/**
 * A process that reads pages. It gets none of the worker's environment variables, its output does not reach
 * the worker's output, and it ends with the worker.
 */
export class PageProcess {
  readonly #child: ChildProcess;
  /** Rejects if the process does not start within `startMs`. The process is then ended. */
  readonly ready: Promise<void>;
  /** Resolves when the process has exited. */
  readonly gone: Promise<void>;
  #lastWords = "";

  constructor(settings: PageProcessSettings, startMs: number) {
    this.#child = fork(program, {
      env: pageProcessEnvironment,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLimit);
    });
    // "close" comes after "exit", when all of the error output has arrived.
    this.gone = new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", () => resolve());
    });
    this.ready = this.#start(settings, startMs);
  }

  /** Undefined if the process could not be started. */
  get id(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects if the process breaks or exits before it answers. */
  ask(task: PageTask): Promise<Answer> {
    return this.#ask(task);
  }

  /** Ends the process at once, even in the middle of a task. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async #start(settings: PageProcessSettings, startMs: number): Promise<void> {
    try {
      await within(startMs, this.#ask(settings));
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  async #ask(message: PageProcessSettings | PageTask): Promise<Answer> {
    const answered = new AbortController();
    try {
      const answer = once(this.#child, "message", { signal: answered.signal });
      // The exit of the child tells why a message could not be sent.
      this.#child.send(message, () => {});
      const received = await Promise.race([answer, this.gone]);
      if (!received) throw new Error(this.#death());
      return answerSchema.parse(received[0]);
    } finally {
      answered.abort();
    }
  }

  #death(): string {
    const { exitCode, signalCode } = this.#child;
    const words = this.#lastWords.trim();
    return `the page process ended with ${signalCode ?? `code ${exitCode}`}${words && `: ${words}`}`;
  }
}
