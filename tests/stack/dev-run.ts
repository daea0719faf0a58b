import path from "node:path";
import { execa } from "execa";
import { poll } from "../../lib/poll.ts";
import { STACK, type StackUnderTest } from "./stack-under-test.ts";

/** `npm run dev` in the clone of a test, and what it prints. */
export class DevRun {
  /** The router's address. */
  url = "";
  readonly #running;
  #said = "";
  #hasEnded = false;

  private constructor({ folder }: StackUnderTest) {
    const program = path.join(folder, "commands/dev/dev.ts");
    this.#running = execa(process.execPath, [program, "--stack", STACK], {
      ...{ cwd: folder, reject: false, stdin: "ignore", all: true, buffer: false },
    });
    this.#running.finally(() => {
      this.#hasEnded = true;
    });
    this.#running.all.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
  }

  /** Resolves when the stack runs. */
  static async start(clone: StackUnderTest): Promise<DevRun> {
    const run = new DevRun(clone);
    try {
      const said = await run.untilSaid(/http:\S+\/ runs the sources of this folder/);
      run.url = /(http:\S+)\/ runs the sources/.exec(said)?.[1] ?? "";
      return run;
    } catch (error) {
      await run.end();
      throw error;
    }
  }

  /** Waits for a text that no earlier call has returned. @returns what was printed until its end */
  untilSaid(pattern: RegExp): Promise<string> {
    return this.untilAllSaid(pattern);
  }

  /** The same for several texts, in any order. */
  async untilAllSaid(...patterns: RegExp[]): Promise<string> {
    const late = () =>
      new Error(`npm run dev did not print all of ${patterns.join(", ")}, but\n${this.#said}`);
    const look = async () => {
      const found = patterns.map((pattern) => pattern.exec(this.#said)).filter((match) => match !== null);
      if (found.length === patterns.length) return found;
      if (this.#hasEnded) throw late();
      return undefined;
    };
    const found = await poll(look, { everyMs: 20, limitMs: 300_000, late });
    const until = Math.max(...found.map((match) => match.index + match[0].length));
    const before = this.#said.slice(0, until);
    this.#said = this.#said.slice(until);
    return before;
  }

  /** As by Ctrl-C. @returns what it printed last */
  async end(): Promise<string> {
    this.#running.kill("SIGINT");
    await this.#running;
    return this.#said;
  }
}
