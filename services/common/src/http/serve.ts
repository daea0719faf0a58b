import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setInterval } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { z } from "zod";
import { EnvironmentError, readEnvironment, serviceVariables } from "../environment.ts";
import { createLog, type Log } from "../log.ts";
import { logOutput } from "../log-output.ts";
import { Metrics } from "../metrics/metrics.ts";
import { serveMetrics } from "../metrics/metrics-server.ts";
import { addProcessMetrics } from "../metrics/process-metrics.ts";
import { within } from "../time-limit.ts";
import { activeIds } from "../tracing/spans.ts";
import { startTracing, type Tracing, tracingVariables } from "../tracing/start-tracing.ts";
import { answerClientErrors } from "./client-error.ts";
import type { HttpApp } from "./http-app.ts";

/**
 * How long open requests may take when the service stops. Without a limit, a client that reads a result
 * slowly could delay the stop for ever.
 */
const lastAnswersMs = 3000;

/** How long a request may take to arrive. */
const requestMs = 3000;

/** How long kept-alive connections may still send a last request when the service stops. */
const lastRequestsMs = 1000;

/**
 * `stopping` is called when no new requests are accepted, to end long ones. `close` is called after the last
 * request has ended.
 */
export type RunningService = { app: HttpApp; stopping?: () => void; close?: () => Promise<void> };

export type ServiceOptions<Schema extends z.ZodObject> = {
  /** The service's own variables, beside PORT, METRICS_PORT and LOG_LEVEL. */
  variables: Schema;
  /** How long stopping may take. The container's stop grace must be longer. */
  stopSeconds: number;
  /** Whether a request's body may take longer than 3 s. The app then limits its time itself. */
  mayTakeLong?: (request: IncomingMessage) => boolean;
  start: (
    environment: z.output<Schema>,
    log: Log,
    metrics: Metrics,
  ) => RunningService | Promise<RunningService>;
};

/**
 * Runs a service's process: reads the environment, starts the service and listens on PORT, and on
 * METRICS_PORT for what Prometheus asks. On SIGTERM or SIGINT it accepts no new connections, finishes the
 * open requests, ends those that take too long, and exits with 0. An invalid setting or an uncaught error
 * gives one log line and exit code 1.
 */
export async function runService<Schema extends z.ZodObject>(
  name: string,
  { variables, stopSeconds, mayTakeLong, start }: ServiceOptions<Schema>,
): Promise<void> {
  const firstLog = createLog(name, "info");
  process.on("uncaughtException", (err) => exit(firstLog, 1, "the service cannot continue", err));
  process.on("unhandledRejection", (err) => exit(firstLog, 1, "the service cannot continue", err));

  const general = readEnvironment(z.object({ ...serviceVariables, ...tracingVariables }), process.env);
  const { PORT, METRICS_PORT, LOG_LEVEL, OTLP_ENDPOINT, INSTANCE } = general;
  const log = createLog(name, LOG_LEVEL, logOutput(), OTLP_ENDPOINT === undefined ? undefined : activeIds);
  const tracing = await startTracing({ service: name, instance: INSTANCE, endpoint: OTLP_ENDPOINT }, log);
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const service = await start(readEnvironment(variables, process.env), log, metrics);
  const server = createServer(
    {
      // Limits for slow clients. They must be below the router's 40 min: if the router itself cuts off a
      // body, the client gets an empty 200 (Caddy 2.6 and 2.10), whereas it passes on the 408 from here.
      headersTimeout: requestMs,
      requestTimeout: mayTakeLong ? 0 : requestMs,
      connectionsCheckingInterval: 500,
      // Above the router's 256 KiB, so that the app answers everything that the router passes on.
      maxHeaderSize: 288 * 1024,
      // Above the router's 2 min: if the service closed idle connections first, a request could meet the
      // closing connection and end as a 502.
      keepAliveTimeout: 130_000,
    },
    getRequestListener(service.app.fetch),
  );
  answerClientErrors(server);
  if (mayTakeLong) limitBodies(server, mayTakeLong);
  if (METRICS_PORT !== 0) await serveMetrics(metrics, METRICS_PORT, log);
  server.listen(PORT);
  await once(server, "listening");
  log.info({ port: PORT }, "listening");

  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    within(stopSeconds * 1000, finish(server, service, tracing, log)).then(
      () => exit(log, 0, "stopped"),
      (err) => exit(log, 1, "stopped before everything was finished", err),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/**
 * Node's own limit is one for all requests. A body that takes too long gets the same answer as from Node.
 */
function limitBodies(server: Server, mayTakeLong: (request: IncomingMessage) => boolean): void {
  server.on("request", (request) => {
    const { headers, socket } = request;
    const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    if (!hasBody || mayTakeLong(request)) return;
    const late = setTimeout(() => {
      if (request.complete) return;
      const error = Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
      server.emit("clientError", error, socket);
    }, requestMs);
    request.once("end", () => clearTimeout(late)).once("close", () => clearTimeout(late));
  });
}

async function finish(server: Server, service: RunningService, tracing: Tracing, log: Log): Promise<void> {
  const closed = once(server, "close");
  stopListening(server);
  service.stopping?.();
  const startedAt = Date.now();
  const late = setTimeout(() => {
    log.warn("ending requests that take too long");
    server.closeAllConnections();
  }, lastAnswersMs);
  // A kept-alive connection would hold the server open until its client closes it.
  for await (const _ of setInterval(50)) {
    if (Date.now() - startedAt > lastRequestsMs) server.closeIdleConnections();
    if ((await Promise.race([closed, "open"])) !== "open") break;
  }
  clearTimeout(late);
  await service.close?.();
  await tracing.close();
}

/**
 * Refuses new connections, and answers one more request on each kept-alive connection. Node's own `close`
 * would end idle connections at once, and a request that the router is just sending on one of them would end
 * as a 502. If a connection is refused, the router sends the request to another container.
 */
function stopListening(server: Server): void {
  server.prependListener("request", (_request, response) => response.setHeader("Connection", "close"));
  NetServer.prototype.close.call(server);
}

function exit(log: Log, code: number, message: string, err?: unknown): never {
  if (err instanceof EnvironmentError) log.fatal(err.message);
  else if (code === 0) log.info(message);
  else log.fatal({ err }, message);
  process.exit(code);
}
