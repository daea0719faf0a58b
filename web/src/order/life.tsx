import { useEffect, useState } from "preact/hooks";
import type { Order, PageEnd } from "../api/types.ts";
import { type Bar, type Lane, lanesOf, lastEnd, ticksOf, tickText } from "./lanes.ts";
import { durationText, hasEnded } from "./texts.ts";

/** The order's life as a waterfall. */
export function Life({ order, pages }: { order: Order; pages: readonly PageEnd[] }) {
  const lanes = lanesOf(order, pages);
  const isRunning = !hasEnded(order.status);
  const now = useNow(isRunning) - Date.parse(order.created_at);
  const total = Math.max(1, lastEnd(lanes), isRunning ? now : 0);
  return (
    <section class="life card" aria-label="Life of the order">
      <h2>What happened</h2>
      <div class="life-axis" aria-hidden="true">
        <span class="life-ticks">
          {shownTicks(total).map((tick) => (
            <span key={tick} class="life-tick" style={{ left: `${(tick / total) * 100}%` }}>
              {tickText(tick, total)}
            </span>
          ))}
        </span>
      </div>
      <ol>
        {lanes.map((lane) => (
          <LaneRow key={lane.key} lane={lane} total={total} />
        ))}
      </ol>
    </section>
  );
}

/** Without one that would stand beyond the end. */
const shownTicks = (total: number) => ticksOf(total).filter((tick) => tick / total < 0.96);

function LaneRow({ lane: { name, bars, note }, total }: { lane: Lane; total: number }) {
  const start = bars[0]?.start ?? 0;
  const end = bars.reduce((last, bar) => Math.max(last, bar.end ?? total), start);
  return (
    <li>
      <span class="life-name">{name}</span>
      <span class="life-track life-lane" aria-hidden="true">
        {bars.map((bar) => (
          <BarBox key={bar.key} bar={bar} total={total} />
        ))}
      </span>
      <span class="life-time">{durationText(end - start)}</span>
      <span class="hidden">{bars.map(({ text }) => text).join("; ")}</span>
      {note !== undefined && <span class="life-note">{note}</span>}
    </li>
  );
}

function BarBox({ bar: { label, text, state, start, end }, total }: { bar: Bar; total: number }) {
  const width = ((Math.min(total, end ?? total) - start) / total) * 100;
  return (
    <span
      class={`life-bar ${state}${end === undefined ? " open" : ""}`}
      title={text}
      style={{ left: `${(start / total) * 100}%`, width: `${width}%` }}
    >
      <span>{label}</span>
    </span>
  );
}

/** The time in ms, which moves on five times a second while `isRunning`. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
