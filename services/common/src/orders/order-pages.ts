import type { FailureReason } from "./order.ts";

/** How a page (from 1) ended. */
export type PageEnd = { page: number } & (
  | { outcome: "read" | "empty" }
  | { outcome: "failed"; reason: FailureReason }
);

/** Parses the hash of an attempt's pages, ordered by page. Pages that are still to be read are left out. */
export function parsePageEnds(fields: Record<string, string>): PageEnd[] {
  return Object.entries(fields)
    .filter(([name]) => /^\d+$/.test(name))
    .map(([name, state]) => parsePageEnd(Number(name), state))
    .sort((a, b) => a.page - b.page);
}

function parsePageEnd(page: number, state: string): PageEnd {
  if (state === "read" || state === "empty") return { page, outcome: state };
  const [, code, message] = /^failed (\S+) (.*)$/s.exec(state) ?? [];
  if (code === undefined || message === undefined) throw new Error(`not the end of a page: ${state}`);
  return { page, outcome: "failed", reason: { code, message } };
}
