import { useState } from "preact/hooks";
import { errorText } from "../api/api-error.ts";
import type { Order } from "../api/types.ts";
import { useServices } from "../context.ts";
import { actOn, canCancel, canRetry, type OrderAction } from "../orders/order-actions.ts";
import { pageAddress } from "../routes.ts";
import { Link } from "../ui/link.tsx";
import { countText } from "../ui/number-texts.ts";
import { adviceFor } from "./failure-advice.ts";
import { Formats } from "./formats.tsx";
import { fileStem } from "./order-name.ts";
import { waitingText } from "./waiting-text.ts";

/** What the order waits for, why it failed, or where its result is; and what can be done. */
export function OrderNow({ order, onChange }: { order: Order; onChange(): void }) {
  const { order_id, status, reason } = order;
  if (status === "completed") {
    return (
      <section class="card order-now" aria-label="Result">
        <Link to={pageAddress(order_id, 1)} class="button primary">
          View scan and text
        </Link>
        <div class="order-downloads">
          <span class="muted">Download</span>
          <Formats id={order_id} name={fileStem(order)} />
        </div>
        <PageProblems order={order} />
      </section>
    );
  }
  return (
    <section class={`card order-now ${status}`} aria-label="State">
      {status === "failed" && (
        <>
          <p class="order-reason">{reason?.message}</p>
          <p>{adviceFor(reason?.code ?? "")}</p>
        </>
      )}
      {status === "cancelled" && <p>You cancelled this order. It has no result.</p>}
      {canCancel(order) && <p>{waitingText(order, order.attempts)}.</p>}
      <Action order={order} onChange={onChange} />
    </section>
  );
}

function Action({ order, onChange }: { order: Order; onChange(): void }) {
  const { client } = useServices();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const action: OrderAction | undefined = canRetry(order) ? "retry" : canCancel(order) ? "cancel" : undefined;
  if (action === undefined) return null;
  const act = async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await actOn(client, order.order_id, action);
    } catch (error) {
      setProblem(errorText(error));
    }
    setIsBusy(false);
    onChange();
  };
  return (
    <>
      <button
        type="button"
        class={action === "retry" ? "button primary" : "button"}
        disabled={isBusy}
        onClick={() => void act()}
      >
        {action === "retry" ? "Try again" : "Cancel the order"}
      </button>
      {problem !== undefined && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** Pages without text, and those that could not be read. */
function PageProblems({ order }: { order: Order }) {
  const { pages_failed, pages_failed_count, pages_empty_count } = order;
  if (pages_failed_count === 0 && pages_empty_count === 0) return null;
  return (
    <div class="order-problems">
      {pages_empty_count > 0 && (
        <p class="muted">
          {countText(pages_empty_count, "page")} {pages_empty_count === 1 ? "has" : "have"} no text.
        </p>
      )}
      {pages_failed_count > 0 && <p>{countText(pages_failed_count, "page")} could not be read:</p>}
      <ul>
        {pages_failed.slice(0, 10).map(({ page, code, message }) => (
          <li key={page}>
            Page {page}: {message} <span class="muted">{adviceFor(code)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
