import type { Context } from "hono";
import { accepts } from "hono/accepts";

type MediaRange = { type: string; q: number };

/**
 * Returns the supported media type that the request's `Accept` prefers, the first one if several are equal,
 * and undefined if it accepts none. For each type the most specific range counts (RFC 9110, 12.5.1), so a
 * `q=0` excludes a type that a wildcard would accept.
 */
export function preferredType(c: Context, supported: readonly [string, ...string[]]): string | undefined {
  const supports = [...supported];
  return accepts(c, { header: "Accept", supports, default: supported[0], match: best }) || undefined;
}

function best(ranges: MediaRange[], { supports }: { supports: string[] }): string {
  const weighed = supports.map((type) => ({ type, weight: weightOf(type, ranges) }));
  const [first] = weighed.toSorted((a, b) => b.weight - a.weight);
  return first && first.weight > 0 ? first.type : "";
}

function weightOf(type: string, ranges: MediaRange[]): number {
  const main = type.slice(0, type.indexOf("/"));
  for (const name of [type, `${main}/*`, "*/*"]) {
    const range = ranges.find((range) => range.type.toLowerCase() === name);
    if (range) return range.q;
  }
  return 0;
}
