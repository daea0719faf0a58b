import type { Order } from "../api/types.ts";
import { type Span, spansOf } from "./spans.ts";
import { durationText, hasEnded } from "./texts.ts";

/** The order's life as a waterfall. */
export function Life({ order }: { order: Order }) {
  const spans = spansOf(order);
  const now = Date.now() - Date.parse(order.created_at);
  const lastEnd = Math.max(0, ...spans.map(({ start, end }) => end ?? start));
  const total = Math.max(1, hasEnded(order.status) ? lastEnd : Math.max(now, lastEnd));
  return (
    <section class="life" aria-label="Life of the order">
      <h2>Life</h2>
      <ol>
        {spans.map((span) => (
          <Bar key={`${span.text} ${span.start}`} span={span} total={total} />
        ))}
      </ol>
    </section>
  );
}

function Bar({ span, total }: { span: Span; total: number }) {
  const end = Math.min(total, span.end ?? total);
  const width = Math.max(0.4, ((end - span.start) / total) * 100);
  return (
    <li class={span.kind}>
      <span class="life-text">{span.text}</span>
      <svg class="life-track" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect
          class={`life-bar ${span.state}`}
          x={(span.start / total) * 100}
          y="2"
          width={width}
          height="6"
        />
      </svg>
      <span class="life-time">{durationText(end - span.start)}</span>
      {span.note !== undefined && <span class="life-note muted">{span.note}</span>}
    </li>
  );
}
