import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import { devPageFolder } from "../../pulumi/components/dev-mode.ts";

const builtSchema = z.object({ error: z.string().optional() });

/** Builds the page in a process of its own, which keeps Vite loaded. One build at a time. */
export class PageBuilder implements Disposable {
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(projectFolder: string) {
    const program = path.join(projectFolder, "web/watch/main.ts");
    this.#child = fork(program, [devPageFolder], { cwd: projectFolder, execArgv: [] });
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  /** Resolves when the router serves the new page. @returns what is wrong with the sources, if anything */
  build(): Promise<string | undefined> {
    const building = this.#turn.then(() => this.#build());
    this.#turn = building.catch(() => {});
    return building;
  }

  async #build(): Promise<string | undefined> {
    const gone = new AbortController();
    const ended = () => gone.abort();
    this.#child.once("exit", ended);
    try {
      if (!this.#child.connected) throw new Error("it is not connected");
      this.#child.send("build");
      const [built] = await once(this.#child, "message", { signal: gone.signal });
      return builtSchema.parse(built).error;
    } catch (cause) {
      throw new Failure("The process that builds the page has ended.", "Run `npm run dev` again.", { cause });
    } finally {
      this.#child.off("exit", ended);
    }
  }
}
