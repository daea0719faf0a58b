import { useEffect, useState } from "preact/hooks";
import type { OfferedDocuments } from "../../api/types.ts";
import { useServices } from "../../context.ts";

/** Somebody who types pauses for longer than this after the last key, in ms. */
const typingMs = 200;
const prefixForm = /^[A-Z0-9]{0,10}$/;

/**
 * What the document source offers for title numbers that begin with `prefix`. Undefined before the first
 * answer, and while the list is unavailable. Asks only while `isWanted`.
 */
export function useOffered(prefix: string, isWanted: boolean): OfferedDocuments | undefined {
  const { client } = useServices();
  const [offered, setOffered] = useState<OfferedDocuments>();
  useEffect(() => {
    if (!isWanted || !prefixForm.test(prefix)) return undefined;
    const over = new AbortController();
    const ask = async () => {
      const query = new URLSearchParams({ title_number: prefix });
      const answer = await client
        .json<OfferedDocuments>(`/documents?${query}`, { signal: over.signal })
        // Suggestions are a help, not a condition. An order tells what is wrong.
        .catch(() => undefined);
      if (!over.signal.aborted) setOffered(answer);
    };
    const timer = setTimeout(() => void ask(), prefix === "" ? 0 : typingMs);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [client, prefix, isWanted]);
  return offered;
}
