import { EventSourceParserStream } from "eventsource-parser/stream";
import { ApiError } from "./api-error.ts";
import type { Client } from "./client.ts";
import type { OrderSummary } from "./types.ts";

/** `reset`: any order may have changed. */
export type OrderChange =
  | { kind: "order"; order: OrderSummary }
  | { kind: "removed"; orderId: string }
  | { kind: "reset" };

type Listener = (change: OrderChange) => void;

/** The server sends something every ten seconds. */
const silenceMs = 25_000;
/** Another view that listens may come at once. */
const closeAfterMs = 1000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * The changes of one's orders, read from one stream while anybody listens and the page is visible. Browsers
 * allow six connections to a server over HTTP/1.1, so hidden tabs must not keep one. A stream that breaks is
 * opened again and continues after its last event.
 */
export class OrderEvents {
  readonly #client: Client;
  readonly #listeners = new Set<Listener>();
  #lastId: string | undefined;
  #stream: AbortController | undefined;
  #isOpen = false;
  #closing: number | undefined;

  constructor(client: Client) {
    this.#client = client;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#close();
      else this.#open();
    });
  }

  /** Whether changes arrive by themselves now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    clearTimeout(this.#closing);
    this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#closing = window.setTimeout(() => this.#close(), closeAfterMs);
    };
  }

  /** Forgets the stream of the last user. */
  forget(): void {
    this.#close();
    this.#lastId = undefined;
    this.#open();
  }

  #open(): void {
    if (this.#stream || document.hidden || this.#listeners.size === 0) return;
    this.#stream = new AbortController();
    void this.#run(this.#stream.signal);
  }

  #close(): void {
    this.#stream?.abort();
    this.#stream = undefined;
    this.#isOpen = false;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      try {
        await this.#read(signal, () => {
          pauseMs = firstPauseMs;
        });
      } catch (error) {
        // The server is away, or the connection broke. Views that read the list say so.
        if (error instanceof ApiError && error.retrySeconds !== undefined) {
          pauseMs = error.retrySeconds * 1000;
        }
      }
      if (signal.aborted) return;
      const wasOpen = this.#isOpen;
      this.#isOpen = false;
      // From now on, views read the list again and again, and say that the server is away.
      if (wasOpen) this.#tell("reset", "{}");
      // Not all pages come back at the same moment.
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  /** Reads one stream to its end. Rejects when it breaks or falls silent. */
  async #read(signal: AbortSignal, opened: () => void): Promise<void> {
    const silence = new AbortController();
    let timer = window.setTimeout(() => silence.abort(), silenceMs);
    const heard = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => silence.abort(), silenceMs);
    };
    try {
      const answer = await this.#client.send("/orders/events", {
        signal: AbortSignal.any([signal, silence.signal]),
        headers: this.#lastId === undefined ? {} : { "Last-Event-ID": this.#lastId },
      });
      if (!answer.body) return;
      const onId = (id: string) => {
        // The first message of a new stream is only an id.
        this.#lastId ??= id;
      };
      const events = answer.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream({ onComment: heard, onId }));
      this.#isOpen = true;
      opened();
      // What changed before this stream is unknown.
      if (this.#lastId === undefined) this.#tell("reset", "{}");
      const reader = events.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const { id, event, data } = next.value;
        heard();
        if (signal.aborted) return;
        if (id !== undefined) this.#lastId = id;
        this.#tell(event, data);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** A fault of a listener must not end the stream. */
  #tell(event: string | undefined, data: string): void {
    try {
      const change = changeOf(event, data);
      if (change) for (const listener of this.#listeners) listener(change);
    } catch (error) {
      reportError(error);
    }
  }
}

/** Undefined for an event of a later version. */
function changeOf(event: string | undefined, data: string): OrderChange | undefined {
  if (event === "order") return { kind: "order", order: JSON.parse(data) };
  if (event === "removed") return { kind: "removed", orderId: JSON.parse(data).order_id };
  return event === "reset" ? { kind: "reset" } : undefined;
}
