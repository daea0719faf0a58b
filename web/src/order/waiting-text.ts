import type { Order, OrderSummary } from "../api/types.ts";
import { durationText, timeText } from "./texts.ts";

type Waiting = Pick<
  OrderSummary,
  "status" | "position" | "expected_seconds" | "progress" | "waits_for" | "next_attempt_at"
>;

/** What an order that has not ended waits for, or what is done for it. `attempts`: those so far, if known. */
export function waitingText(order: Waiting, attempts: Order["attempts"] = []): string {
  const { status, expected_seconds, progress } = order;
  const expected = expected_seconds === null ? "" : `, about ${durationText(expected_seconds * 1000)}`;
  if (status === "queued") return `${pauseText(attempts.at(-1))}${queueText(order, expected)}`;
  if (status === "fetching") return `A worker fetches the document${expected}`;
  const stopped = stoppedText(order);
  if (progress) {
    const read = `${progress.page} of ${progress.pages} pages are read`;
    return stopped === undefined ? `${read}${expected}` : `${read}. ${stopped}`;
  }
  return stopped ?? `A worker reads the document${expected}`;
}

function queueText(order: Waiting, expected: string): string {
  const { position, waits_for, next_attempt_at } = order;
  const stopped = stoppedText(order);
  if (stopped !== undefined) return stopped;
  if (waits_for === "next_attempt") {
    return next_attempt_at === null
      ? "Is tried again soon"
      : `Is tried again at ${timeText(next_attempt_at)}`;
  }
  if (position === null) return "Waits for a worker";
  return `${position === 1 ? "Next in the queue" : `Number ${position} in the queue`}${expected}`;
}

/** Why no order is read at the moment. */
function stoppedText({ waits_for }: Waiting): string | undefined {
  if (waits_for === "workers") return "Waits because no worker is running";
  return waits_for === "room" ? "Waits until the server's disk has room again" : undefined;
}

/** Why the last attempt did not finish, before the next one begins. */
function pauseText(last: Order["attempts"][number] | undefined): string {
  if (last === undefined || last.outcome === null) return "";
  if (last.outcome === "lost") return "The last worker was lost. ";
  if (last.outcome === "handed_back") return "The last worker was stopped. ";
  return last.reason === null ? "" : `${last.reason.message.replace(/\.$/, "")}. `;
}
