import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";

export { type Span, SpanKind };

const sharedKey = createContextKey("attributes of all spans");
const tracer = trace.getTracer("orbital-witness");
let isOn = false;

/** Whether spans are recorded. Until `startTracing` they are not, and cost next to nothing. */
export const isTracing = () => isOn;

/** Called once the spans have a receiver. */
export function switchOn(): void {
  isOn = true;
}

/** `startMs`, `endMs`: since the epoch; by default now. */
export type SpanOptions = {
  kind?: SpanKind;
  attributes?: Attributes;
  startMs?: number | undefined;
  links?: Link[];
};

/** A span whose parent is `parent`, or the active span. Its caller ends it. */
export function startSpan(name: string, options: SpanOptions = {}, parent?: SpanContext): Span {
  const { kind = SpanKind.INTERNAL, attributes, startMs, links = [] } = options;
  const active = context.active();
  const within = parent ? trace.setSpanContext(active, parent) : active;
  const shared = active.getValue(sharedKey) as Attributes | undefined;
  const startTime = startMs === undefined ? {} : { startTime: startMs };
  return tracer.startSpan(
    name,
    { kind, attributes: { ...shared, ...attributes }, links, ...startTime },
    within,
  );
}

/**
 * Runs `work` within a span of the active trace, which also shows why the work failed. Log lines get its ids
 * meanwhile. `work` gets undefined if there is no trace.
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  if (!isOn || !trace.getActiveSpan()) return work(undefined);
  const span = startSpan(name, options);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    spanFailed(span, reasonOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Records something that has ended already. `failed`: its reason, if it failed. */
export function recordSpan(name: string, options: SpanOptions & { endMs?: number; failed?: string }): void {
  if (!isOn || !trace.getActiveSpan()) return;
  const span = startSpan(name, options);
  if (options.failed !== undefined) spanFailed(span, options.failed);
  span.end(options.endMs);
}

/**
 * Marks the span as failed. `reason`: the code of the failure. Messages are left out, because they may
 * contain what customers sent.
 */
export function spanFailed(span: Span, reason: string): void {
  span.setAttribute("error.type", reason).setStatus({ code: SpanStatusCode.ERROR });
}

/** The code of a failure, or the name of an error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/**
 * Runs `work` as a part of the trace that `traceparent` names. All spans of the work get the attributes. Runs
 * it without a trace if there is none.
 */
export function inTrace<T>(traceparent: string | undefined, attributes: Attributes, work: () => T): T {
  const parent = isOn ? parseTraceparent(traceparent) : undefined;
  if (!parent) return work();
  const within: Context = trace.setSpanContext(ROOT_CONTEXT, parent).setValue(sharedKey, attributes);
  return context.with(within, work);
}

/** The active span as a `traceparent`. Undefined without one. */
export function activeTraceparent(): string | undefined {
  const active = isOn ? trace.getActiveSpan()?.spanContext() : undefined;
  return active && traceparentOf(active);
}

/** The ids of the active span, for log lines. */
export function activeIds(): { trace_id?: string; span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext();
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
