import { ApiError } from "../api/api-error.ts";
import type { Client } from "../api/client.ts";
import type { BulkResult, OrderSummary } from "../api/types.ts";
import { hasEnded } from "../order/texts.ts";
import type { ListFilter } from "./list/list-filter.ts";

export type OrderAction = "cancel" | "retry";

export function canCancel({ status }: Pick<OrderSummary, "status">): boolean {
  return !hasEnded(status);
}

export function canRetry({ status }: Pick<OrderSummary, "status">): boolean {
  return status === "failed";
}

/**
 * Cancels or retries one order. An order that has moved on meanwhile (409) or is gone (404) is no error: the
 * page shows its new state. Rejects with ApiError.
 */
export async function actOn(client: Client, id: string, action: OrderAction): Promise<void> {
  const [path, method] = action === "cancel" ? [`/orders/${id}`, "DELETE"] : [`/orders/${id}/retry`, "POST"];
  try {
    await client.send(path, { method });
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
  }
}

/** How many requests of one bulk action are under way at the same time. */
const atOnce = 4;
const maximumTries = 20;

/**
 * Acts on many orders. `onDone` is called after each one. A server that is away or busy is asked again.
 * Rejects with the first error that does not pass.
 */
export async function actOnAll(
  client: Client,
  ids: readonly string[],
  action: OrderAction,
  onDone: () => void,
): Promise<void> {
  const left = [...ids];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const id = next;
      try {
        await patiently(() => actOn(client, id, action));
      } catch (error) {
        left.length = 0;
        throw error;
      }
      onDone();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/**
 * Acts on all orders of a list but those of `except`, also on those that the page has not loaded. `onDone` is
 * called with the number of orders after each answer. Rejects with the first error that does not pass.
 */
export async function actOnMatching(
  client: Client,
  { sort: _, ...filter }: ListFilter,
  except: readonly string[],
  action: OrderAction,
  onDone: (count: number) => void,
): Promise<void> {
  const body = new URLSearchParams({ ...filter, all: "true" });
  for (const id of except) body.append("except", id);
  for (;;) {
    const { count, skipped, next } = await patiently(() =>
      client.json<BulkResult>(`/orders/${action}`, { method: "POST", body }),
    );
    onDone(count + skipped);
    if (next === null) return;
    body.set("cursor", next);
  }
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.mayPass || tries >= maximumTries) throw error;
      const pauseMs = (error.retrySeconds ?? 1) * 1000;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
