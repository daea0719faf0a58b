import type { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import type { LimitMetrics } from "@orbital-witness/common/metrics/limit-metrics.ts";
import type { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import type { OpenStreams } from "../follow/open-streams.ts";
import { addStackMetrics } from "./stack-metrics.ts";
import type { StackReader } from "./stack-reader.ts";

export type Measured = {
  stack: StackReader;
  streams: OpenStreams;
  /** Limits of what runs at once, by name. */
  limiters: Readonly<Record<string, ConcurrencyLimiter>>;
};

/** What the Order API measures, beside its requests and quotas. */
export function addOrderMetrics(
  metrics: Metrics,
  limits: LimitMetrics,
  { stack, streams, limiters }: Measured,
): void {
  addStackMetrics(metrics, stack);
  for (const [name, limiter] of Object.entries(limiters)) limits.slots(name, limiter);
  const open = metrics.gauge({ name: "event_streams_open", help: "Open event streams" });
  const most = metrics.gauge({
    name: "event_streams_open_most_of_one_user",
    help: "Open event streams of the user who has most of them",
  });
  const limit = metrics.gauge({
    name: "event_streams_limit",
    help: "Event streams that one user may have open",
  });
  metrics.beforeAnswer(() => {
    const { all, mostOfOne, limitOfOne } = streams.use;
    open.set(all);
    most.set(mostOfOne);
    limit.set(limitOfOne);
  });
}
