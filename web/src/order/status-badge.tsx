import type { OrderSummary } from "../api/types.ts";
import { statusText } from "./texts.ts";

/** The status in a word, with its colour, and a bar while pages are read. */
export function StatusBadge({ order }: { order: Pick<OrderSummary, "status" | "progress"> }) {
  const { status, progress } = order;
  return (
    <span class="status">
      <span class={`badge ${status}`}>{statusText[status]}</span>
      {progress && (
        <>
          <progress max={progress.pages} value={progress.page} aria-label="Pages read" />
          <span class="muted">
            {progress.page} of {progress.pages}
          </span>
        </>
      )}
    </span>
  );
}
