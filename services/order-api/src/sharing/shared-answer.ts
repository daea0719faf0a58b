/** Makes an answer once for all who ask within `ms`. A failure is not kept. */
export class SharedAnswer<Answer> {
  readonly #make: () => Promise<Answer>;
  readonly #ms: number;
  #made: { answer: Promise<Answer>; untilMs: number } | undefined;

  constructor(ms: number, make: () => Promise<Answer>) {
    this.#make = make;
    this.#ms = ms;
  }

  get(): Promise<Answer> {
    if (this.#made && performance.now() < this.#made.untilMs) return this.#made.answer;
    const made = { answer: this.#make(), untilMs: performance.now() + this.#ms };
    this.#made = made;
    made.answer.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made.answer;
  }
}
