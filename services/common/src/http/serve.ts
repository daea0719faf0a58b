import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setInterval } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { z } from "zod";
import { EnvironmentError, readEnvironment, serviceVariables } from "../environment.ts";
import { createLog, type Log } from "../log.ts";
import { within } from "../time-limit.ts";
import type { HttpApp } from "./http-app.ts";

/**
 * How long the requests at hand may take when the service stops: a result goes out as slowly as its reader takes it, and a server that
 * is closed waits for ever for what comes slowly.
 */
const lastAnswersMs = 3000;

/** `stopping` runs when no request is accepted any more, and ends what would last; `close` after the last one was answered. */
export type RunningService = { app: HttpApp; stopping?: () => void; close?: () => Promise<void> };

export type ServiceOptions<Schema extends z.ZodObject> = {
  /** The service's own variables; PORT and LOG_LEVEL are read for all. */
  variables: Schema;
  /** How long finishing may take; the container's stop grace must be longer. */
  stopSeconds: number;
  start: (environment: z.output<Schema>, log: Log) => RunningService | Promise<RunningService>;
};

/**
 * A service's process from start to end: reads the environment, listens on PORT, and on SIGTERM or SIGINT stops
 * accepting, finishes what runs, breaks off requests that take too long, and exits 0. A wrong setting, or an error nobody
 * caught, is one log line and exit 1.
 */
export async function runService<Schema extends z.ZodObject>(
  name: string,
  { variables, stopSeconds, start }: ServiceOptions<Schema>,
): Promise<void> {
  const firstLog = createLog(name, "info");
  process.on("uncaughtException", (err) => exit(firstLog, 1, "the service cannot go on", err));
  process.on("unhandledRejection", (err) => exit(firstLog, 1, "the service cannot go on", err));

  const { PORT, LOG_LEVEL } = readEnvironment(z.object(serviceVariables), process.env);
  const log = createLog(name, LOG_LEVEL);
  const service = await start(readEnvironment(variables, process.env), log);
  const server = createServer(
    {
      // Slow clients hold no connection for longer. Below the router's 5 s: what it cuts off itself is, to the
      // customer, an empty 200 (Caddy 2.6), but it passes on the 408 from here.
      headersTimeout: 3000,
      requestTimeout: 3000,
      connectionsCheckingInterval: 500,
      // Above the router's 128 KiB, so that a token that the router lets through is refused as a token.
      maxHeaderSize: 144 * 1024,
      // Above the router's 2 min, so that it is the router that lets an idle connection go: were it the service,
      // a request could meet the closing connection and end as a 502.
      keepAliveTimeout: 130_000,
    },
    getRequestListener(service.app.fetch),
  );
  server.listen(PORT);
  await once(server, "listening");
  log.info({ port: PORT }, "listening");

  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    within(stopSeconds * 1000, finish(server, service, log)).then(
      () => exit(log, 0, "stopped"),
      (err) => exit(log, 1, "stopped before everything was finished", err),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

async function finish(server: Server, service: RunningService, log: Log): Promise<void> {
  const closed = once(server, "close");
  server.close();
  service.stopping?.();
  const late = setTimeout(() => {
    log.warn("requests that were not answered yet are broken off");
    server.closeAllConnections();
  }, lastAnswersMs);
  // A kept-alive connection would hold the server open until its client lets go.
  for await (const _ of setInterval(50)) {
    server.closeIdleConnections();
    if ((await Promise.race([closed, "open"])) !== "open") break;
  }
  clearTimeout(late);
  await service.close?.();
}

function exit(log: Log, code: number, message: string, err?: unknown): never {
  if (err instanceof EnvironmentError) log.fatal(err.message);
  else if (code === 0) log.info(message);
  else log.fatal({ err }, message);
  process.exit(code);
}
