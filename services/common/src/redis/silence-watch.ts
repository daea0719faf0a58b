/** The part of a node-redis client that is used here. */
interface Client {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  on(event: string, listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** `pingMs`: time between two pings. `silenceMs`: how long a ping may stay unanswered. */
export type SilenceLimits = { pingMs: number; silenceMs: number };

/** How many times within `silenceMs` the watch checks for an answer. */
const checks = 10;

/**
 * Reconnects `client` when pings stay unanswered. A cut network may deliver
 * neither data nor the end of the connection. Node's own socket timeout counts writes as activity, so it
 * never fires while commands are sent.
 *
 * Silence is counted in checks and not by the clock, because the clock continues while the process itself is
 * paused.
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
    // The client keeps its subscriptions. `connect` retries until it succeeds or the client is closed.
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
}
