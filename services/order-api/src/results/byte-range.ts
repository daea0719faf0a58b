import type { ByteRange } from "@orbital-witness/common/results/result-store.ts";

const rangeForm = /^bytes=(?:(?<first>\d+)-(?<last>\d+)?|-(?<suffix>\d+))$/i;

/**
 * Returns the part of a content of `size` bytes that a `Range` header requests (RFC 9110, 14.1.2). Undefined
 * if the whole content must be sent: if there is no header, or if it has another unit, several ranges or a
 * malformed range.
 */
export function requestedRange(
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const groups = rangeForm.exec(header?.replaceAll(/[ \t]/g, "") ?? "")?.groups;
  if (!groups) return undefined;
  if (groups.suffix !== undefined) {
    const length = Math.min(Number(groups.suffix), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(groups.first);
  const last = groups.last === undefined ? size - 1 : Number(groups.last);
  if (start >= size) return "unsatisfiable";
  return last < start ? undefined : { start, end: Math.min(last + 1, size) };
}
