import { useState } from "preact/hooks";
import { errorText } from "../../api/api-error.ts";
import type { OfferedDocument } from "../../api/types.ts";
import { useServices, useSessionState } from "../../context.ts";
import { typeText } from "../../order/texts.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useOffered } from "./use-offered.ts";

/** At most this many documents are shown. */
const maximum = 8;

/** What somebody without orders sees: documents of the source that one click orders. */
export function FirstOrders({ onOrdered }: { onOrdered(): void }) {
  const { client } = useServices();
  const state = useSessionState();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const mayOrder = "user" in state && state.user.mayOrder;
  const offered = useOffered("", mayOrder);
  if (!mayOrder) {
    return <EmptyState title="No orders yet">Orders that you may read will appear here.</EmptyState>;
  }
  const documents = offered?.documents.slice(0, maximum) ?? [];
  const order = async (document: OfferedDocument) => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await client.send("/orders", { method: "POST", body: new URLSearchParams(document) });
      onOrdered();
    } catch (error) {
      setProblem(errorText(error));
    }
    setIsBusy(false);
  };
  return (
    <EmptyState title="No orders yet">
      {documents.length === 0 ? (
        <p>Enter a title number, or drop a scan on this page.</p>
      ) : (
        <>
          <p>Try one of these documents.</p>
          <ul class="samples">
            {documents.map((each) => (
              <li key={`${each.title_number} ${each.document_type}`}>
                <button type="button" disabled={isBusy} onClick={() => void order(each)}>
                  <b>{typeText(each.document_type)}</b>
                  <span class="muted">{each.title_number}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {problem !== undefined && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
    </EmptyState>
  );
}
