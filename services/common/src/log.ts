import { type DestinationStream, type Logger, pino } from "pino";
import { logOutput } from "./log-output.ts";

export type Log = Logger;

/**
 * Creates a log with one line of JSON per event: `{level, time, service, msg, request_id?, ...}`. `time` is
 * in ISO 8601, `level` is a name.
 */
export function createLog(service: string, level: string, destination: DestinationStream = logOutput()): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}
