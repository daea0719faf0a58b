import type { Stack } from "../api/types.ts";
import { durationText } from "../order/texts.ts";
import { bytesText, numberText } from "../ui/number-texts.ts";

type Worker = Stack["workers"][number];

const stateText: Readonly<Record<Worker["state"], string>> = {
  reading: "Reading",
  idle: "Idle",
  gone: "Gone",
};

/** A card per worker: what it reads now, how fast, and when it was last seen. */
export function WorkerCards({ workers, now }: { workers: readonly Worker[]; now: number }) {
  if (workers.length === 0) {
    return <p class="notice">No worker is running, so orders wait. Start the stack's workers.</p>;
  }
  return (
    <ul class="stack-workers">
      {workers.map((worker) => (
        <li key={worker.name} class={`card stack-worker ${worker.state}`}>
          <div class="stack-worker-head">
            <h3>{worker.name}</h3>
            <span class={`badge ${worker.state}`}>{stateText[worker.state]}</span>
          </div>
          <p class="stack-worker-now">{doingText(worker, now)}</p>
          <dl>
            <div>
              <dt>Pages per minute</dt>
              <dd>{worker.pages_per_minute === null ? "unknown" : numberText(worker.pages_per_minute)}</dd>
            </div>
            <div>
              <dt>Memory</dt>
              <dd>{worker.memory_bytes === null ? "unknown" : bytesText(worker.memory_bytes)}</dd>
            </div>
            <div>
              <dt>Last seen</dt>
              <dd>{agoText(now - Date.parse(worker.last_seen_at))}</dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}

function doingText({ state, order_id, page, since }: Worker, now: number): string {
  if (state === "gone") return "It stopped responding. Another worker takes its order over.";
  if (order_id === null) return "Waits for an order.";
  const what = `order ${order_id.slice(0, 8)}`;
  const time = since === null ? "" : ` for ${durationText(Math.max(0, now - Date.parse(since)))}`;
  return page === null ? `Works on ${what}${time}.` : `Reads page ${page} of ${what}${time}.`;
}

function agoText(ms: number): string {
  return ms < 2000 ? "now" : `${durationText(Math.round(ms / 1000) * 1000)} ago`;
}
