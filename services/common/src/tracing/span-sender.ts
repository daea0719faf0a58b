import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Log } from "../log.ts";
import { StateLog } from "../state-log.ts";

/** Spans that wait to be sent. When there are more, the newer ones are lost. */
const mostWaiting = 4096;
/** How long spans wait for others to be sent with. */
const delayMs = 2000;
/** How long the receiver may take for a batch, with all attempts to send it. */
const sendMs = 5000;

export type SpanReceiver = { service: string; instance: string; endpoint: string };

/** Records the spans of this process and sends them in batches. A receiver that is away delays nothing. */
export function openSpanSender({ service, instance, endpoint }: SpanReceiver, log: Log) {
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const exporter = watched(new OTLPTraceExporter({ url, timeoutMillis: sendMs }), log);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.namespace": "orbital-witness",
      "service.name": service,
      "service.instance.id": instance,
    }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, maxQueueSize: mostWaiting, scheduledDelayMillis: delayMs }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return { close: () => provider.shutdown() };
}

/** Logs when the receiver goes away and when it is back. */
function watched(exporter: SpanExporter, log: Log): SpanExporter {
  const state = new StateLog(log, "sending spans");
  return {
    export: (spans, done) =>
      // The line is about no order, although the batch may have been begun by one.
      context.with(ROOT_CONTEXT, () =>
        exporter.export(spans, (result) => {
          if (result.code === 0) state.recovered();
          else state.failed(result.error ?? new Error("the receiver refused spans"));
          done(result);
        }),
      ),
    shutdown: () => exporter.shutdown(),
  };
}
