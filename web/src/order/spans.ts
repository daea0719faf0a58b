import type { Order } from "../api/types.ts";
import { statusText } from "./texts.ts";

/** A bar of the waterfall. Times are ms since the order was placed. `end` is undefined while it runs. */
export type Span = {
  text: string;
  kind: "status" | "attempt";
  state: string;
  start: number;
  end: number | undefined;
  note: string | undefined;
};

const outcomes = new Map([
  ["completed", "finished"],
  ["lost", "lost: the worker stopped responding"],
  ["handed_back", "handed back: the worker was stopped"],
  ["failed", "failed"],
]);

/** The order's life as bars: each status, and each attempt of a worker. */
export function spansOf({ created_at, history, attempts }: Order): Span[] {
  const began = Date.parse(created_at);
  const since = (at: string) => Math.max(0, Date.parse(at) - began);
  const statuses = history.flatMap(({ status, at }, place): Span[] => {
    if (["completed", "failed", "cancelled"].includes(status)) return [];
    const next = history[place + 1]?.at;
    const end = next === undefined ? undefined : since(next);
    return [
      { text: statusText[status], kind: "status", state: status, start: since(at), end, note: undefined },
    ];
  });
  const tries = attempts.map(({ attempt, worker, started_at, ended_at, outcome, reason }): Span => {
    const end = ended_at === null ? undefined : since(ended_at);
    const note = reason?.message ?? (outcome === null ? "running" : (outcomes.get(outcome) ?? outcome));
    const state = outcome ?? "running";
    return {
      text: `Attempt ${attempt} by ${worker}`,
      kind: "attempt",
      state,
      start: since(started_at),
      end,
      note,
    };
  });
  return [...statuses, ...tries];
}
