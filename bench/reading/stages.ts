/** Measures how long named stages take, in ms. */
export class Stages {
  readonly #ms = new Map<string, number>();

  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + performance.now() - startedAt);
    }
  }

  /** The same object, whose methods are timed as the stages that `stageOf` gives them. */
  timed<T extends object>(target: T, stageOf: Readonly<Record<string, string>>): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        const method: (...values: unknown[]) => unknown = value.bind(target);
        const stage = stageOf[String(name)];
        if (stage === undefined) return method;
        return (...values: unknown[]) => this.time(stage, async () => method(...values));
      },
    });
  }

  get ms(): Record<string, number> {
    return Object.fromEntries(this.#ms);
  }
}
