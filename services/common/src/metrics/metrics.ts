import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** The name without `orbital_`, what it says, and the names of its labels. */
type Description<Label extends string> = { name: string; help: string; labels?: readonly Label[] };

/** The metrics of one process. docs/observability.md explains each. */
export class Metrics {
  readonly registry = new Registry();
  readonly contentType = this.registry.contentType;
  readonly #looks: (() => void | Promise<void>)[] = [];

  counter<Label extends string>(metric: Description<Label>): Counter<Label> {
    return new Counter(this.#configuration(metric));
  }

  gauge<Label extends string>(metric: Description<Label>): Gauge<Label> {
    return new Gauge(this.#configuration(metric));
  }

  /** `buckets`: upper bounds, in the unit that the name ends with. */
  histogram<Label extends string>(
    metric: Description<Label> & { buckets: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({ ...this.#configuration(metric), buckets: [...metric.buckets] });
  }

  /** Before each answer, `look` sets what is not counted as it happens. It must not reject. */
  beforeAnswer(look: () => void | Promise<void>): void {
    this.#looks.push(look);
  }

  /** The text exposition format of Prometheus, version 0.0.4. */
  async text(): Promise<string> {
    await Promise.all(this.#looks.map((look) => look()));
    return this.registry.metrics();
  }

  #configuration<Label extends string>({ name, help, labels = [] }: Description<Label>) {
    return { name: `orbital_${name}`, help, labelNames: [...labels], registers: [this.registry] };
  }
}
