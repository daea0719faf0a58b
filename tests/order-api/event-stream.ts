import { expect } from "vitest";

export type Message = { id?: string; event?: string; data?: unknown; comment?: string };

/** The messages of a stream of server-sent events, as they come. */
export class EventStream {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #messages: AsyncGenerator<Message>;

  constructor(response: Response) {
    this.response = response;
    this.#reader = response.body?.getReader();
    this.#messages = this.#read();
  }

  /** The next message that is not a heartbeat, or undefined at the end. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const { value, done } = await this.#messages.next();
      if (done) return undefined;
      if (value.comment === undefined) return value;
    }
  }

  async heartbeat(): Promise<void> {
    const { value } = await this.#messages.next();
    expect(value).toEqual({ comment: "still there" });
  }

  async rest(): Promise<Message[]> {
    const messages: Message[] = [];
    for (let message = await this.next(); message; message = await this.next()) messages.push(message);
    return messages;
  }

  async leave(): Promise<void> {
    await this.#reader?.cancel();
  }

  async *#read(): AsyncGenerator<Message> {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { value, done } = (await this.#reader?.read()) ?? { done: true };
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) yield parse(message);
    }
  }
}

function parse(text: string): Message {
  const fields = text.split("\n").map((line) => [line.split(": ", 1)[0], line.replace(/^\w*: /, "")]);
  const { "": comment, data, ...others } = Object.fromEntries(fields);
  if (comment !== undefined) return { comment };
  return data === undefined ? others : { ...others, data: JSON.parse(data) };
}
