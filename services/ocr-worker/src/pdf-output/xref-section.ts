/** `start`: the offset in the file. `size`: a number greater than all object numbers in the file. */
export type XrefSection = { start: number; kind: "table" | "stream"; size: number };

/** Readers search this many bytes from the end of the file. */
const tailBytes = 2048;
const lookAhead = 64;
/** A limit on the size, because readers allocate a table of that many entries. */
const largestSize = 8_388_607;

/**
 * Finds the cross-reference section to which the file's last `startxref` points. Undefined if there is none.
 */
export function sectionOf(bytes: Buffer): XrefSection | undefined {
  const tail = bytes.toString("latin1", Math.max(0, bytes.length - tailBytes));
  const start = Number([...tail.matchAll(/startxref\s+(\d+)/g)].at(-1)?.[1]);
  if (!(start > 0 && start < bytes.length)) return undefined;
  const head = bytes.toString("latin1", start, start + lookAhead);
  const kind = /^\s*xref\b/.test(head) ? "table" : /^\s*\d+ \d+ obj\b/.test(head) ? "stream" : undefined;
  if (!kind) return undefined;
  const sizes = [...bytes.toString("latin1").matchAll(/\/Size\s+(\d{1,7})\b/g)].map(([, size]) =>
    Number(size),
  );
  return { start, kind, size: Math.max(1, ...sizes.filter((size) => size <= largestSize)) };
}
