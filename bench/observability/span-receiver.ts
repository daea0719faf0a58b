import { once } from "node:events";
import { createServer } from "node:http";

/** Receives spans and drops them. `host`: the address on which it listens. */
export async function startSpanReceiver(host: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => request.resume().on("end", () => response.end()));
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, close };
}
