import type { Order } from "../api/types.ts";
import { durationText } from "./texts.ts";

type Waiting = Pick<Order, "status" | "position" | "expected_seconds" | "progress" | "attempts">;

/** What an order that has not ended waits for, or what is done for it. */
export function waitingText({ status, position, expected_seconds, progress, attempts }: Waiting): string {
  const expected = expected_seconds === null ? "" : `, about ${durationText(expected_seconds * 1000)}`;
  if (status === "queued") {
    const why = pauseText(attempts.at(-1));
    if (position === null) return why || "Waits for a worker";
    const place = position === 1 ? "Next in the queue" : `Number ${position} in the queue`;
    return `${why}${place}${expected}`;
  }
  if (status === "fetching") return `A worker fetches the document${expected}`;
  if (progress) return `${progress.page} of ${progress.pages} pages are read${expected}`;
  return `A worker reads the document${expected}`;
}

/** Why the last attempt did not finish, before the next one begins. */
function pauseText(last: Order["attempts"][number] | undefined): string {
  if (last === undefined || last.outcome === null) return "";
  if (last.outcome === "lost") return "The last worker was lost. ";
  if (last.outcome === "handed_back") return "The last worker was stopped. ";
  return last.reason === null ? "" : `${last.reason.message.replace(/\.$/, "")}. `;
}
