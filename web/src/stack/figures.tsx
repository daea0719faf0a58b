import type { Stack } from "../api/types.ts";
import { durationText } from "../order/texts.ts";
import { bytesText, countText, numberText } from "../ui/number-texts.ts";

/** The stack in six figures. */
export function Figures({ stack }: { stack: Stack }) {
  const { workers, queue, minutes, page_ms, storage } = stack;
  const present = workers.filter(({ state }) => state !== "gone");
  const reading = present.filter(({ state }) => state === "reading");
  const pages = minutes.reduce((sum, minute) => sum + minute.pages, 0);
  const failures = minutes.reduce((sum, minute) => sum + minute.failures, 0);
  const { redis, results } = storage;
  return (
    <dl class="stack-figures">
      <Figure
        name="Waiting"
        value={numberText(queue.waiting)}
        note={
          queue.oldest_seconds === null
            ? "no order waits"
            : `the oldest for ${durationText(queue.oldest_seconds * 1000)}`
        }
      />
      <Figure
        name="Workers"
        value={`${reading.length} of ${present.length}`}
        note={queue.delayed === 0 ? "reading" : `reading, ${countText(queue.delayed, "order")} in a pause`}
      />
      <Figure name="Pages" value={numberText(pages)} note={`in ${countText(minutes.length, "minute")}`} />
      <Figure
        name="Failures"
        value={numberText(failures)}
        note={`in ${countText(minutes.length, "minute")}`}
        isBad={failures > 0}
      />
      <Figure
        name="Time per page"
        value={page_ms === null ? "–" : durationText(page_ms.mean)}
        note={page_ms === null ? "no page was read lately" : `95% within ${durationText(page_ms.p95)}`}
      />
      <Figure
        name="Room for results"
        value={bytesText(results.free_bytes)}
        note={`Redis uses ${bytesText(redis.used_bytes)}${
          redis.max_bytes === null ? "" : ` of ${bytesText(redis.max_bytes)}`
        }`}
      />
    </dl>
  );
}

type FigureProps = { name: string; value: string; note: string; isBad?: boolean };

function Figure({ name, value, note, isBad = false }: FigureProps) {
  return (
    <div class={`card stack-figure${isBad ? " bad" : ""}`}>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <span class="muted">{note}</span>
      </dd>
    </div>
  );
}
