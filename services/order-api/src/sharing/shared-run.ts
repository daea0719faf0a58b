/** Makes an answer for all who asked before it began. Who asks meanwhile gets the next one. */
export class SharedRun<Answer> {
  readonly #make: () => Promise<Answer>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Answer> | undefined;

  constructor(make: () => Promise<Answer>) {
    this.#make = make;
  }

  /** Resolves with an answer that was begun after this call. Rejects with its error. */
  get(): Promise<Answer> {
    this.#next ??= this.#afterRunning();
    return this.#next;
  }

  async #afterRunning(): Promise<Answer> {
    // An earlier error is for those who asked earlier.
    await this.#running.catch(() => undefined);
    this.#next = undefined;
    const answer = this.#make();
    this.#running = answer;
    return answer;
  }
}

/** Runs of the same work by key, such as the same request of one user. */
export class SharedRuns<Answer> {
  readonly #runs = new Map<string, { run: SharedRun<Answer>; asking: number }>();

  /** As `SharedRun.get`. `make` must do the same work for the same key. */
  async get(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const shared = this.#runs.get(key) ?? { run: new SharedRun(make), asking: 0 };
    this.#runs.set(key, shared);
    shared.asking += 1;
    try {
      return await shared.run.get();
    } finally {
      shared.asking -= 1;
      if (shared.asking === 0) this.#runs.delete(key);
    }
  }
}
