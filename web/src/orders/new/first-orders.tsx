import { useState } from "preact/hooks";
import { useServices, useSessionState } from "../../context.ts";
import { typeText } from "../../order/texts.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { samples } from "./samples.ts";

/** What somebody without orders sees: samples that one click orders. */
export function FirstOrders({ onOrdered }: { onOrdered(): void }) {
  const { client } = useServices();
  const state = useSessionState();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  if (!("user" in state) || !state.user.mayOrder) {
    return <EmptyState title="No orders yet">Orders that you may read will appear here.</EmptyState>;
  }
  const order = async (sample: (typeof samples)[number]) => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await client.send("/orders", { method: "POST", body: new URLSearchParams(sample) });
      onOrdered();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setIsBusy(false);
  };
  return (
    <EmptyState title="No orders yet">
      <p>Try one of the sample scans.</p>
      <ul class="samples">
        {samples.map((sample) => (
          <li key={`${sample.title_number} ${sample.document_type}`}>
            <button type="button" disabled={isBusy} onClick={() => void order(sample)}>
              <b>{typeText(sample.document_type)}</b>
              <span class="muted">{sample.title_number}</span>
            </button>
          </li>
        ))}
      </ul>
      {problem !== undefined && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
    </EmptyState>
  );
}
