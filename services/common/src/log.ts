import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { logOutput } from "./log-output.ts";

export type Log = Logger;

/**
 * Creates a log with one line of JSON per event: `{level, time, service, msg, request_id?, ...}`. `time` is
 * in ISO 8601, `level` is a name. `mixin` returns more fields for each line.
 */
export function createLog(
  service: string,
  level: string,
  destination: DestinationStream = logOutput(),
  mixin?: LoggerOptions["mixin"],
): Log {
  const options = {
    level,
    ...(mixin && { mixin }),
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}
