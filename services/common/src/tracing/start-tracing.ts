import { hostname } from "node:os";
import { z } from "zod";
import type { Log } from "../log.ts";
import { within } from "../time-limit.ts";
import { switchOn } from "./spans.ts";

/** How long a service that stops tries to send its last spans. */
const lastSpansMs = 1000;

/**
 * The variables of tracing. Without OTLP_ENDPOINT there are no spans. INSTANCE tells the containers of a
 * service apart.
 */
export const tracingVariables = {
  OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: "the address of an OpenTelemetry receiver, such as http://collector:4318" }),
  INSTANCE: z.string().default(hostname()),
};

export type TracingOptions = { service: string; instance: string; endpoint: string | undefined };
export type Tracing = { close: () => Promise<void> };

/**
 * Begins to record spans and to send them to `<endpoint>/v1/traces`. Without an endpoint nothing is loaded.
 * `close` sends what is left, for at most a second, and never rejects.
 */
export async function startTracing({ endpoint, ...of }: TracingOptions, log: Log): Promise<Tracing> {
  if (endpoint === undefined) return { close: async () => {} };
  const { openSpanSender } = await import("./span-sender.ts");
  const sender = openSpanSender({ ...of, endpoint }, log);
  switchOn();
  return {
    close: () => within(lastSpansMs, sender.close()).catch(() => log.warn("the last spans were not sent")),
  };
}
