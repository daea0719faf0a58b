import type { Log } from "@orbital-witness/common/log.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import { report } from "@orbital-witness/common/stack/worker-reports.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import type { WorkTally } from "./work-tally.ts";

export type WorkerReporterOptions = {
  redis: RedisConnection;
  /** The worker's name. */
  name: string;
  tally: WorkTally;
  /** The memory that the worker uses, in bytes, if it is known. */
  memoryBytes: () => Promise<number | undefined>;
  /** The storage that has no room, if the worker waits for it. */
  shortage: () => string | undefined;
  /** How often, in ms, the worker looks whether it did something, and reports itself in any case. */
  lookMs?: number;
  restMs?: number;
};

/**
 * Reports to Redis what the worker does, for operators. Figures of a report that fails are lost: they might
 * otherwise count twice.
 */
export class WorkerReporter {
  readonly #options: Required<WorkerReporterOptions>;
  readonly #state: StateLog;
  readonly #stopped = new AbortController();
  readonly #reporting: Promise<void>;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: WorkerReporterOptions, log: Log) {
    // A worker that is not seen for 20 s counts as gone.
    this.#options = { lookMs: 2000, restMs: 8000, ...options };
    this.#state = new StateLog(log, "reporting the worker's figures");
    const look = () => this.#state.watch(() => this.#look());
    this.#reporting = look().then(() => repeat(this.#options.lookMs, this.#stopped.signal, look));
  }

  /** Reports the last figures, and that the worker leaves. Rejects if Redis does not answer. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#reporting;
    const { redis, name, tally } = this.#options;
    await report(redis, name, { report: undefined, figures: tally.take() });
  }

  async #look(): Promise<void> {
    const { redis, name, tally, memoryBytes, shortage, restMs } = this.#options;
    if (tally.isEmpty && performance.now() - this.#reportedAt < restMs) return;
    const what = {
      pages_per_minute: tally.pagesPerMinute,
      ...{ memory_bytes: await memoryBytes(), waits_for: shortage(), source: tally.source },
    };
    await report(redis, name, { report: what, figures: tally.take() });
    this.#reportedAt = performance.now();
  }
}
