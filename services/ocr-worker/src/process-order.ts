import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderJob } from "@orbital-witness/common/orders/order-queue.ts";
import { type OrderStore, StoreFullError } from "@orbital-witness/common/orders/order-store.ts";
import type { DocumentSource } from "./document-source.ts";
import { asFailure, failureReason, OrderFailure } from "./failure.ts";
import { checkDocument } from "./formats.ts";
import type { Recognizer } from "./recognizer.ts";

export type OrderTools = { store: OrderStore; source: DocumentSource; recognizer: Recognizer };

const acceptingPauseMs = 10;

/**
 * One attempt at one order, from its claim to its end. Resolves when the order ended, whichever way, or is not to be
 * run; rejects when it should be tried again, with a StoreFullError where its end could not be written.
 * `lastAttempt`: what may pass will not get another chance.
 */
export async function processOrder(
  { store, source, recognizer }: OrderTools,
  job: OrderJob,
  lastAttempt: boolean,
  log: Log,
): Promise<void> {
  const started = performance.now();
  const claimed = await claim(store, job.order_id, log);
  if (!claimed) return;
  const { order, attempt } = claimed;
  log.info(
    { attempt, title_number: order.title_number, document_type: order.document_type },
    "order started",
  );
  try {
    const text = await recognize(order, source, recognizer);
    const outcome = await store.complete(order.order_id, attempt, new Date().toISOString(), text);
    const ms = Math.round(performance.now() - started);
    if (outcome === "written") log.info({ attempt, ms, characters: text.length }, "order completed");
    else log.warn({ attempt, ms }, "the order was taken over or revoked, this result is dropped");
  } catch (error) {
    if (error instanceof StoreFullError) throw error;
    const failure = asFailure(error);
    if (failure.mayPass && !lastAttempt) {
      log.warn({ attempt, err: failure, code: failure.code }, "order will be tried again");
      throw failure;
    }
    await store.fail(order.order_id, attempt, new Date().toISOString(), failure.reason);
    log.warn({ attempt, err: failure, code: failure.code }, "order failed");
  }
}

async function recognize(
  order: OrderRecord,
  source: DocumentSource,
  recognizer: Recognizer,
): Promise<string> {
  const document = await source.fetch(order, order.request_id);
  checkDocument(document);
  const text = await recognizer.read(document);
  if (text === "") throw new OrderFailure("no_text_found");
  return text;
}

/** Undefined for a job whose order is not to be run. The wait for an undecided order ends with its deadline. */
async function claim(store: OrderStore, orderId: string, log: Log) {
  for (;;) {
    const startedAt = new Date().toISOString();
    const { state, attempt } = await store.claim(orderId, startedAt, failureReason("worker_lost"));
    if (state === "wait") {
      await pause(acceptingPauseMs);
      continue;
    }
    const order = state === "claimed" ? await store.find(orderId) : undefined;
    if (order) return { order, attempt };
    if (state === "exhausted") log.warn({ attempt, code: "worker_lost" }, "order failed");
    else log.info({ state }, "no order to run for this job");
    return undefined;
  }
}
