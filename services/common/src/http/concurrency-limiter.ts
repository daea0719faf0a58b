import { Problem } from "./problem.ts";

export type ConcurrencyLimits = {
  /** How many run at once. */
  slots: number;
  /** How many of them one client may hold; without it all of them. */
  slotsPerClient?: number;
  /** How many more may wait for a slot; without it none. */
  waiting?: number;
  /** How many of the waiting requests may be from one client; without it all of them. */
  waitingPerClient?: number;
  /** `Retry-After`, in seconds, when no slot is free. */
  retrySeconds: number;
};

/** How many slots there are and are held, how many requests wait for one, and how many were refused. */
export type SlotUse = { slots: number; used: number; waiting: number; refused: number };

/** A user's id, or the network that a request came from. */
export type Client = string | number;

/** Bounds expensive work, so that neither one client nor all together starve the others. */
export class ConcurrencyLimiter {
  readonly #limits: Required<ConcurrencyLimits>;
  /** How many slots each client holds. */
  readonly #held = new Map<Client, number>();
  /** The waiting clients, first come first; the key starts the client's work. */
  readonly #waiting = new Map<() => void, Client>();
  #running = 0;
  #refused = 0;

  constructor(limits: ConcurrencyLimits) {
    const { slots, slotsPerClient = slots, waiting = 0, waitingPerClient = waiting, retrySeconds } = limits;
    this.#limits = { slots, slotsPerClient, waiting, waitingPerClient, retrySeconds };
  }

  get use(): SlotUse {
    const { slots } = this.#limits;
    return { slots, used: this.#running, waiting: this.#waiting.size, refused: this.#refused };
  }

  /**
   * Takes a free slot, without waiting. Throws 503 if none is free. Returns a function that releases the slot
   * and may be called repeatedly.
   */
  acquire(client: Client): () => void {
    if (!this.#isFree(client)) throw this.#busy();
    return this.#take(client);
  }

  /**
   * Takes a slot, and waits up to `waitMs` for one. Throws 503 if none becomes free, and 400 if the signal
   * aborts because the client has disconnected. Returns a function as `acquire` does.
   */
  async acquireWithin(waitMs: number, client: Client, signal: AbortSignal): Promise<() => void> {
    const limit = AbortSignal.timeout(waitMs);
    try {
      return await this.#turn(client, AbortSignal.any([signal, limit]));
    } catch (error) {
      throw limit.aborted && !signal.aborted ? this.#busy() : error;
    }
  }

  /**
   * Runs the work once a slot is free. Throws 503 if too many wait already. If the signal aborts while the
   * work waits, because the client has disconnected, throws 400 and does not run the work.
   */
  async run<T>(client: Client, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const release = await this.#turn(client, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  async #turn(client: Client, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw clientGone();
    if (this.#isFree(client)) return this.#take(client);
    if (this.#isQueueFull(client)) throw this.#busy();
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const start = () => resolve(this.#take(client));
    const giveUp = () => {
      if (this.#waiting.delete(start)) reject(clientGone());
    };
    this.#waiting.set(start, client);
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  #isFree(client: Client): boolean {
    const { slots, slotsPerClient } = this.#limits;
    return this.#running < slots && (this.#held.get(client) ?? 0) < slotsPerClient;
  }

  #isQueueFull(client: Client): boolean {
    const { waiting, waitingPerClient } = this.#limits;
    const own = [...this.#waiting.values()].filter((other) => other === client).length;
    return this.#waiting.size >= waiting || own >= waitingPerClient;
  }

  #take(client: Client): () => void {
    this.#running++;
    this.#held.set(client, (this.#held.get(client) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#release(client);
    };
  }

  #release(client: Client): void {
    this.#running--;
    const left = (this.#held.get(client) ?? 0) - 1;
    if (left > 0) this.#held.set(client, left);
    else this.#held.delete(client);
    const next = [...this.#waiting].find(([, waiting]) => this.#isFree(waiting));
    if (next === undefined) return;
    const [start] = next;
    this.#waiting.delete(start);
    start();
  }

  /** Call it for each refused request. */
  #busy(): Problem {
    this.#refused++;
    const { retrySeconds } = this.#limits;
    const detail =
      "Too many requests of this kind are running. " +
      `Try again when one of yours has ended, or in ${retrySeconds} s.`;
    return new Problem(503, "busy", detail, { headers: { "Retry-After": String(retrySeconds) } });
  }
}

function clientGone(): Problem {
  return new Problem(400, "client_gone", "The client closed the connection before its turn.");
}
