import { type DestinationStream, pino, symbols } from "pino";

const { warn } = pino.levels.values;
/** Lines are written before their turn when this many bytes wait. */
const mostBytes = 8 * 1024;

/**
 * Writes the lines of one turn of the event loop to standard output together, because each write is a system
 * call, which costs as much as the line itself. Warnings and errors are written at once, with everything
 * before them. The process writes the rest when it exits. If it is killed, the last turn's lines are lost.
 */
class LogOutput implements DestinationStream {
  /** Asks pino for the level of each line. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #lines = pino.destination({ fd: 1, sync: true, minLength: mostBytes });
  #isDue = false;

  constructor() {
    process.once("exit", () => this.flushSync());
  }

  write(line: string): void {
    this.#lines.write(line);
    if (this.lastLevel >= (warn ?? 0)) this.#lines.flush();
    else this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#lines.flush();
    });
  }

  /** Pino calls this after a fatal line. It also waits until a file is on disk, which `flush` does not. */
  flushSync(): void {
    this.#lines.flushSync();
  }
}

let output: LogOutput | undefined;

/** The one output of this process. */
export function logOutput(): DestinationStream {
  output ??= new LogOutput();
  return output;
}
