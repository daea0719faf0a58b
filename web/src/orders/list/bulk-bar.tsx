import { useState } from "preact/hooks";
import type { OrderSummary } from "../../api/types.ts";
import { useServices } from "../../context.ts";
import { actOnAll, canCancel, canRetry, type OrderAction } from "../order-actions.ts";

type BulkBarProps = { selected: readonly OrderSummary[]; onClear(): void; onChange(): void };
type Progress = { action: OrderAction; done: number; all: number };

/** What can be done with all selected orders. */
export function BulkBar({ selected, onClear, onChange }: BulkBarProps) {
  const { client } = useServices();
  const [progress, setProgress] = useState<Progress>();
  const [problem, setProblem] = useState<string>();
  const act = async (action: OrderAction, orders: readonly OrderSummary[]) => {
    setProblem(undefined);
    setProgress({ action, done: 0, all: orders.length });
    const ids = orders.map(({ order_id }) => order_id);
    try {
      await actOnAll(client, ids, action, () =>
        setProgress((last) => last && { ...last, done: last.done + 1 }),
      );
      onClear();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setProgress(undefined);
    onChange();
  };
  const button = (action: OrderAction, orders: readonly OrderSummary[], text: string) =>
    orders.length > 0 && (
      <button
        type="button"
        class="button"
        disabled={progress !== undefined}
        onClick={() => void act(action, orders)}
      >
        {text} {orders.length}
      </button>
    );
  return (
    <section class="bulk-bar" aria-label="Selected orders">
      <span role="status">
        {progress
          ? `${progress.action === "cancel" ? "Cancelled" : "Started again"}: ${progress.done} of ${progress.all}`
          : `${selected.length} selected`}
      </span>
      {button("cancel", selected.filter(canCancel), "Cancel")}
      {button("retry", selected.filter(canRetry), "Retry")}
      <button type="button" class="button quiet" disabled={progress !== undefined} onClick={onClear}>
        Clear selection
      </button>
      {problem !== undefined && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
