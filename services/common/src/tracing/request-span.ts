import { type Attributes, type Span, type SpanContext, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { Context } from "hono";
import type { AppEnv } from "../http/http-app.ts";
import { SpanBudget } from "./span-budget.ts";
import { isTracing, reasonOf, SpanKind, startSpan } from "./spans.ts";
import { parseTraceparent } from "./traceparent.ts";

const budget = new SpanBudget();

export type RequestSpanOptions = {
  /** The path as the documentation has it, such as `/orders/{id}`. */
  route: string;
  attributes?: Attributes;
  /** The `traceparent` of the order that the request is about. */
  order?: string | undefined;
};

/**
 * Begins a span of a request. It ends when the answer has left or its connection has ended. From now on the
 * log lines of the request have its ids. Undefined if no spans are recorded, or if this
 * second has had enough of them.
 *
 * If the caller sent a `traceparent`, the span belongs to that trace, and links to the order. Otherwise it
 * belongs to the order's trace.
 */
export function beginRequestSpan(
  c: Context<AppEnv>,
  name: string,
  { route, attributes, order }: RequestSpanOptions,
): Span | undefined {
  const { outgoing } = c.env ?? {};
  if (!isTracing() || !outgoing || !budget.take()) return undefined;
  const [caller, placed] = [c.req.header("traceparent"), order].map(parseTraceparent);
  const span = startSpan(
    name,
    {
      kind: SpanKind.SERVER,
      attributes: { "http.request.method": c.req.method, "http.route": route, ...attributes },
      links: caller && placed && caller.traceId !== placed.traceId ? [{ context: placed }] : [],
    },
    caller ? asRecorded(caller) : placed,
  );
  const { traceId: trace_id, spanId: span_id } = span.spanContext();
  // The log is the request's own. Another child would take longer.
  c.var.log.setBindings({ trace_id, span_id });
  outgoing.once("close", () => {
    const { statusCode, writableFinished } = outgoing;
    span.setAttribute("http.response.status_code", statusCode);
    if (c.error) span.setAttribute("error.type", reasonOf(c.error));
    else if (!writableFinished) span.setAttribute("error.type", "connection_closed");
    // A mistake of the customer is no failure of the service.
    if (statusCode >= 500 || !writableFinished) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  return span;
}

/** Whether spans are recorded is decided here, not by the caller. */
function asRecorded(caller: SpanContext): SpanContext {
  return { ...caller, traceFlags: TraceFlags.SAMPLED };
}
