import { z } from "zod";

const value = z
  .object({
    stringValue: z.string().optional(),
    intValue: z.coerce.number().optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
  })
  .transform((each) => each.stringValue ?? each.intValue ?? each.doubleValue ?? each.boolValue);
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((list) => Object.fromEntries(list.map((each) => [each.key, each.value])));
const nanoseconds = z.string().transform((text) => Number(BigInt(text) / 1000n) / 1000);

const span = z.object({
  name: z.string(),
  kind: z.int(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.int().default(0), message: z.string().default("") }),
});

const batch = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** A span as the receiver got it. Times are in ms since the epoch. `failed`: its status is an error. */
export type ReceivedSpan = ReturnType<typeof spansOf>[number];

/** Reads a batch of spans, in OTLP's JSON. */
export function spansOf(line: string) {
  return batch.parse(JSON.parse(line)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ startTimeUnixNano: startMs, endTimeUnixNano: endMs, status, ...rest }) => ({
        ...rest,
        ...{ startMs, endMs, failed: status.code === 2 },
        ...{
          service: resource.attributes["service.name"],
          instance: resource.attributes["service.instance.id"],
        },
      })),
  );
}
