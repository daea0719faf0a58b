import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import { type ClaimedPage, maxFailures } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { attemptName } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { aging } from "@orbital-witness/common/orders/queue/service-order.ts";
import { expect } from "vitest";
import type { Hand, PutBack } from "./order-model.ts";
import { itemAt } from "./queue-model.ts";
import type { Choices, Step, World } from "./world.ts";

const reason = { code: "source_unavailable", message: "busy" };
const noText = { code: "no_text_found", message: "empty" };
const noReason = { code: "", message: "" };

/** The orders that workers have, and those that they lost or finished. */
const held = ({ hands, model }: World) => hands.filter((hand) => model.inOneHand(hand));
const lost = ({ hands, model }: World) => hands.filter((hand) => !model.inOneHand(hand));

const isHeldPage = (model: World["model"], page: ClaimedPage) => model.page(page)?.page.claim === page.token;
const heldPages = ({ pageHands, model }: World) => pageHands.filter((page) => isHeldPage(model, page));
const lostPages = ({ pageHands, model }: World) => pageHands.filter((page) => !isHeldPage(model, page));

async function write(world: World, hand: Hand, choices: Choices): Promise<void> {
  const { attempts, model } = world;
  const several = Array<"several">(5).fill("several");
  const what = choices.from([
    "one",
    ...several,
    "complete",
    "fail",
    "release",
    "release",
    "release",
  ] as const);
  if (what === "release") return release(world, hand, choices);
  if (what === "complete") return expect(await attempts.complete(hand)).toBe(model.complete(hand));
  if (what === "fail") return expect(await attempts.fail(hand, reason)).toBe(model.fail(hand, reason));
  const pages = what === "one" ? 1 : choices.from([2, 2, 3, 3, 4, 101]);
  expect(await attempts.recognizing(hand, pages)).toBe(model.recognizing(hand, pages));
}

/** How a worker puts its work back. */
function putBack(choices: Choices) {
  const outcome = choices.from(["failed", "failed", "handed_back"] as const);
  const most = choices.from([maxFailures, 2]);
  const delayMs = choices.from([0, 0, 60_000]);
  const last = choices.from([false, true]);
  const back: PutBack = { outcome, most, delayMs, reason: outcome === "failed" ? reason : noReason };
  return { outcome, back, options: { maxFailures: most, delayMs, last } };
}

/** Checks the key of what goes behind its user's other items: after the last of them, and not too early. */
function checkLast(key: number, before: number | undefined, sinceMs: number): void {
  const least = before === undefined ? 0 : before + 1;
  expect(key).toBeGreaterThanOrEqual(Math.max(least, sinceMs + aging.pageMs));
  expect(key).toBeLessThanOrEqual(Math.max(least, Date.now() + aging.pageMs));
}

function lastKeyOf({ model }: World, orderId: string): number | undefined {
  const item = model.queue.itemsOf(`${model.orders.get(orderId)?.order.user_id}`).at(-1);
  return item === undefined ? undefined : Number(item.split(":")[1]);
}

async function release(world: World, hand: Hand, choices: Choices): Promise<void> {
  const { attempts, model, redis } = world;
  const { order_id } = hand;
  const { outcome, back, options } = putBack(choices);
  const before = lastKeyOf(world, order_id);
  const started = Date.now();
  const { state, failures, endsOrder = false } = await attempts.release(hand, outcome, back.reason, options);
  let queuedMs = model.orders.get(order_id)?.queuedMs ?? 0;
  if (state === "queued" && options.last) {
    queuedMs = Number(await redis.hGet(keys.recordKey(order_id), "queued_ms"));
    checkLast(queuedMs + aging.pageMs, before, started);
  }
  expect(state).toBe(model.release(hand, back, queuedMs));
  expect(endsOrder).toBe(state === "exhausted");
  if (state === "queued") expect(failures).toBe(model.orders.get(order_id)?.failures);
}

async function endPage(world: World, page: ClaimedPage, choices: Choices): Promise<void> {
  const outcome = choices.from(["read", "read", "empty", "failed"] as const);
  const why = outcome === "failed" ? { ...reason, message: `page ${page.page}` } : noText;
  const reply = await world.attempts.endPage(page, outcome, why);
  expect(reply).toBe(world.model.endPage(page, outcome, why));
}

async function releasePage(world: World, page: ClaimedPage, choices: Choices): Promise<void> {
  const { attempts, model, redis } = world;
  const { outcome, back, options } = putBack(choices);
  const before = lastKeyOf(world, page.order_id);
  const started = Date.now();
  const {
    state,
    failures,
    endsOrder = false,
  } = await attempts.releasePage(page, outcome, back.reason, options);
  const order = model.orders.get(page.order_id);
  let item: string | undefined;
  if (state === "queued" && options.last && order) {
    const name = `${attemptName(page)}.${page.page}`;
    const items = await redis.zRange(options.delayMs > 0 ? keys.delayedKey : keys.waitingKey, 0, -1);
    const key = Number(items.find((one) => one.endsWith(`:${name}`))?.split(":")[1]);
    checkLast(key, before, started);
    item = itemAt(order.order.user_id, key, order.turn, name);
  }
  expect(state).toBe(model.releasePage(page, back, item));
  expect(endsOrder).toBe(state === "exhausted" && model.running(page) === undefined);
  if (state === "queued") expect(failures).toBe(model.page(page)?.page.failures);
}

/** A worker reports that it still works on something that it claimed, or claimed once. */
async function hold({ attempts, model, hands, pageHands }: World, choices: Choices): Promise<void> {
  const hand = choices.from([...hands, ...pageHands]);
  const work = "page" in hand ? hand : { order_id: hand.order_id, run: hand.run, attempt: hand.attempt };
  expect(await attempts.hold(work, hand.worker)).toBe(model.hold(hand));
}

export const workerSteps = {
  work: {
    can: (world: World) => held(world).length > 0,
    play: (world: World, choices: Choices) => write(world, choices.from(held(world)), choices),
  },
  lateWork: {
    can: (world: World) => lost(world).length > 0,
    play: (world: World, choices: Choices) => write(world, choices.from(lost(world)), choices),
  },
  endPage: {
    can: (world: World) => heldPages(world).length > 0,
    play: (world: World, choices: Choices) => endPage(world, choices.from(heldPages(world)), choices),
  },
  releasePage: {
    can: (world: World) => heldPages(world).length > 0,
    play: (world: World, choices: Choices) => releasePage(world, choices.from(heldPages(world)), choices),
  },
  lateEndPage: {
    can: (world: World) => lostPages(world).length > 0,
    play: (world: World, choices: Choices) => endPage(world, choices.from(lostPages(world)), choices),
  },
  lateReleasePage: {
    can: (world: World) => lostPages(world).length > 0,
    play: (world: World, choices: Choices) => releasePage(world, choices.from(lostPages(world)), choices),
  },
  hold: { can: ({ hands }: World) => hands.length > 0, play: hold },
} satisfies Record<string, Step>;
