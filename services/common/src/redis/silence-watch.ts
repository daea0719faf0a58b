/** What is used of a node-redis client. */
interface Client {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  on(event: string, listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
  duplicate(...overrides: unknown[]): Client;
}

/** `pingMs`: between two pings. `silenceMs`: for so long an answer to a ping may stay out. */
export type SilenceLimits = { pingMs: number; silenceMs: number };

/** How often it is checked whether a ping was answered, within `silenceMs`. */
const checks = 10;

/**
 * Reconnects `client`, and every duplicate of it, when pings stay unanswered. A cut network may deliver
 * neither data nor an end of the connection, and Node's own socket timeout counts writes as activity: it
 * never fires while commands are sent.
 *
 * Silence is counted in checks and not by the clock, which goes on while the process itself is paused.
 */
export function reconnectWhenSilent(
  client: Client,
  { pingMs, silenceMs }: SilenceLimits,
  silent: (error: Error) => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };
  const check = () => {
    if (!client.isOpen || !client.isReady) return;
    unanswered++;
    if (unanswered < checks) return;
    silent(new Error(`Redis answered no ping for ${pingMs + silenceMs} ms: the connection is replaced`));
    // The client keeps its subscriptions. `connect` tries until it succeeds or the client is closed.
    client.destroy();
    client.connect().catch(silent);
  };
  client.on("ping-interval", heard);
  client.on("ready", () => {
    heard();
    clearInterval(timer);
    timer = setInterval(check, (pingMs + silenceMs) / checks).unref();
  });
  client.on("end", () => clearInterval(timer));
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...overrides) => {
    const copy = duplicate(...overrides);
    reconnectWhenSilent(copy, { pingMs, silenceMs }, silent);
    return copy;
  };
}
