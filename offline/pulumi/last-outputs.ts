import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The outputs of a stack's last `up`, which its program may read by a StackReference to itself. No output of
 * this program is secret.
 */
export class LastOutputs {
  readonly #file: string;

  constructor(projectFolder: string, stack: string) {
    this.#file = path.join(projectFolder, ".pulumi", "stand-in", `${stack}.outputs.json`);
  }

  /** Empty if there was no `up`. */
  read(): Record<string, unknown> {
    try {
      return { ...JSON.parse(readFileSync(this.#file, "utf8")) };
    } catch {
      // It is only a memory: without it, what it would save is done again.
      return {};
    }
  }

  save(outputs: Readonly<Record<string, unknown>>): void {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(outputs));
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
