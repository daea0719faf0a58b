import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Forwards TCP connections from a port of 127.0.0.1 to `target` until the test ends. `blackHole` acts on open
 * connections like a cut network: it accepts and drops all data, and closes nothing.
 */
export async function startTcpProxy(target: { host: string; port: number }) {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const listener = createServer((client) => {
    const server = connect(target);
    const pair = { client, server };
    pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on("error", () => to.destroy());
      from.pipe(to);
    }
    client.on("close", () => pairs.delete(pair));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  onTestFinished(() => {
    listener.close();
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  });
  return {
    port: address.port,
    /** Returns the number of connections that it cut. */
    blackHole(): number {
      const count = pairs.size;
      for (const { client, server } of pairs) {
        for (const socket of [client, server]) socket.unpipe().resume();
      }
      return count;
    },
  };
}
