import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Log } from "../log.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Serves `GET /metrics` on a port of its own, which no router passes on. Resolves when it listens. Port 0 is
 * any free port.
 */
export async function serveMetrics(metrics: Metrics, port: number, log: Log): Promise<Server> {
  const server = createServer({ headersTimeout: 3000, requestTimeout: 3000 }, async (request, response) => {
    if (request.url !== "/metrics" || request.method !== "GET") {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await metrics.text();
      response.writeHead(200, { "Content-Type": metrics.contentType }).end(text);
    } catch (err) {
      log.error({ err }, "the metrics cannot be read");
      response.writeHead(500).end();
    }
  });
  server.listen(port);
  await once(server, "listening");
  return server;
}
