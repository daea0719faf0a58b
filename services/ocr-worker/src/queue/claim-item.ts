import type { Log } from "@orbital-witness/common/log.ts";
import { claimToken, type QueueItem } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { processOrder } from "./process-order.ts";
import { processPage } from "./process-page.ts";
import type { OrderTools, Stop } from "./watched-work.ts";
import { inOrderTrace, inPageTrace } from "./work-trace.ts";

export type ClaimTools = {
  tools: OrderTools;
  stop: Stop;
  /** Repeats a write until Redis has it. */
  persisted: <T>(write: () => Promise<T>) => Promise<T>;
  log: Log;
};

/** Claims the item. Resolves with the work on it, or with undefined if there is nothing to do for it. */
export async function claimItem(
  item: QueueItem,
  { tools, stop, persisted, log }: ClaimTools,
): Promise<(() => Promise<void>) | undefined> {
  const { attempts, name } = tools;
  const { attempt } = item;
  // A claim whose answer was lost is repeated, so that it costs no attempt.
  const token = claimToken(name);
  const claimMs = Date.now();
  if (attempt === undefined) {
    const claim = await persisted(() => attempts.claim(item, name, token));
    if (claim.state === "claimed") {
      const work = () => processOrder(tools, claim.order, stop, log);
      return () => inOrderTrace(claim, name, claimMs, work);
    }
    if (claim.state === "gone") log.info("no order to run for this item");
    return undefined;
  }
  let again = false;
  const claim = await persisted(() => {
    const claiming = attempts.claimPage({ ...item, attempt }, name, { token, again });
    again = true;
    return claiming;
  });
  if (claim.state === "claimed") {
    const work = () => processPage(tools, claim.page, stop, log);
    return () => inPageTrace(claim.page, name, claimMs, work);
  }
  if (claim.state !== "taken") log.info({ state: claim.state }, "no page to read for this item");
  return undefined;
}
