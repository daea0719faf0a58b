import { type Level, type LogLine, levels } from "../../pulumi/health/log-line.ts";

export type LogFilter = {
  /** A part or one of its containers: `ocr-worker` or `ocr-worker-2`. */
  service?: string | undefined;
  orderId?: string | undefined;
  /** The least important level. */
  level: Level;
};

/**
 * Chooses lines. An order's lines are those that name it, and those of requests that named it. The requests
 * must be learned first, because the line of a request that names the order may come before the one that
 * connects both.
 */
export class LineChooser {
  readonly #filter: LogFilter;
  readonly #requests = new Set<string>();

  constructor(filter: LogFilter) {
    this.#filter = filter;
  }

  /** Notes the line's request if the line names the order. */
  learn({ orderIds, requestId }: LogLine): void {
    const { orderId } = this.#filter;
    if (orderId !== undefined && requestId !== undefined && orderIds.includes(orderId)) {
      this.#requests.add(requestId);
    }
  }

  wants(line: LogLine): boolean {
    const { service, orderId, level } = this.#filter;
    if (service !== undefined && line.source !== service && !line.source.startsWith(`${service}-`))
      return false;
    if (levels.indexOf(line.level) < levels.indexOf(level)) return false;
    if (orderId === undefined) return true;
    if (line.isRead && levels.indexOf(level) > levels.indexOf("debug")) return false;
    return (
      line.orderIds.includes(orderId) || (line.requestId !== undefined && this.#requests.has(line.requestId))
    );
  }
}
