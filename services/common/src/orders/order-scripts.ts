import { readScript } from "../redis/redis-script.ts";

const fileOf = (name: string) => new URL(`./steps/${name}.lua`, import.meta.url);
const script = (name: string, ...shared: string[]) => readScript(fileOf(name), ...shared.map(fileOf));

/** A step that uses the keys of `stepKeys`, or their beginning. */
const step = (name: string) => script(name, "order", "queue");
const pageStep = (name: string) => script(name, "order", "queue", "pages");

/**
 * The steps of an order's life and of the queue. Each is one atomic script in Redis; its file tells its
 * arguments and its answer. `allow-oom`: steps that free memory, or that advance an accepted order, also run
 * when Redis is full. Only accepting and retrying are refused.
 */
export const steps = {
  accept: step("customer/accept"),
  revoke: step("customer/revoke"),
  cancel: step("customer/cancel"),
  retry: step("customer/retry"),
  overview: script("customer/overview", "order", "ahead"),
  listed: script("customer/listed", "order", "ahead"),
  follow: step("customer/follow"),
  ends: script("customer/ends"),

  next: step("queue/next"),
  archive: step("queue/archive"),
  postpone: step("queue/postpone"),
  sweep: script("queue/sweep"),
  held: script("queue/held"),
  adopt: step("queue/adopt"),

  claim: step("worker/claim"),
  hold: step("worker/hold"),
  recognizing: step("worker/recognizing"),
  complete: pageStep("worker/complete"),
  fail: step("worker/fail"),
  release: step("worker/release"),
  claimPage: pageStep("worker/claim-page"),
  endPage: pageStep("worker/end-page"),
  releasePage: pageStep("worker/release-page"),
};
