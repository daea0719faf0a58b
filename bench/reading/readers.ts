import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pageProcessEnvironment } from "../../services/ocr-worker/src/page-process/page-process.ts";
import { type Reading, readingSchema } from "./protocol.ts";

/** Processes that share the pages of documents. */
export class Readers {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Each process saves its results in `folder`. */
  static async start(count: number, folder: string): Promise<Readers> {
    const program = path.join(import.meta.dirname, "process.ts");
    const children = Array.from({ length: count }, () =>
      fork(program, [folder], { env: pageProcessEnvironment }),
    );
    await Promise.all(children.map(answer));
    return new Readers(children);
  }

  /** Reads the first pages of the document in `file`. Each process reads the same number of them. */
  async read(file: string, count: number, ahead: boolean): Promise<Reading[]> {
    const all = Array.from({ length: count }, (_, index) => index + 1);
    return Promise.all(
      this.#children.map(async (child, index) => {
        const pages = all.filter((page) => page % this.#children.length === index);
        child.send({ file, pages, ahead });
        return readingSchema.parse(await answer(child));
      }),
    );
  }

  get count(): number {
    return this.#children.length;
  }

  stop(): void {
    for (const child of this.#children) child.kill();
  }
}

/** A failure counts only while an answer is awaited. */
async function answer(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController();
  try {
    const died = once(child, "exit", { signal: answered.signal }).then(([code]) => {
      throw new Error(`a page's process ended with code ${code}`);
    });
    const [received] = await Promise.race([once(child, "message", { signal: answered.signal }), died]);
    return received;
  } finally {
    answered.abort();
  }
}
