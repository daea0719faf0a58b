import { useCallback } from "preact/hooks";
import type { Order } from "../../api/types.ts";
import { useServices } from "../../context.ts";
import { waitingText } from "../../order/waiting-text.ts";
import { usePolling } from "../use-polling.ts";

/** Why this order waits, for how many others and how long. It is asked for on its own, as lists do not say it. */
export function QueuePlace({ id }: { id: string }) {
  const { client } = useServices();
  const read = useCallback(
    (signal: AbortSignal) => client.json<Order>(`/orders/${id}`, { signal }),
    [client, id],
  );
  const { value } = usePolling(read, ({ status }) => (status === "queued" ? 2000 : undefined));
  return <span>{value?.status === "queued" && waitingText(value)}</span>;
}
