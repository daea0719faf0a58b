import { useEffect, useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import type { OfferedDocuments } from "../../api/types.ts";
import { useServices } from "../../context.ts";

/** Somebody who types pauses for longer than this after the last key, in ms. */
const typingMs = 200;
/** An order does not wait longer than this for the types of its title number. */
const longestMs = 1000;
const prefixForm = /^[A-Z0-9]{0,10}$/;

/** `prefix`: the answer has the documents whose title numbers begin with it. */
export type Offered = OfferedDocuments & { prefix: string };

/**
 * What the document source offers for title numbers that begin with `prefix`. Undefined before the first
 * answer, and while the list is unavailable. Asks only while `isWanted`.
 */
export function useOffered(prefix: string, isWanted: boolean): Offered | undefined {
  const { client } = useServices();
  const [offered, setOffered] = useState<Offered>();
  useEffect(() => {
    if (!isWanted || !prefixForm.test(prefix)) return undefined;
    const over = new AbortController();
    const ask = async () => {
      const answer = await askOffered(client, prefix, over.signal);
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

/** Undefined if the list is unavailable: it is a help, not a condition. An order tells what is wrong. */
export async function askOffered(
  client: Client,
  prefix: string,
  signal = AbortSignal.timeout(longestMs),
): Promise<Offered | undefined> {
  if (!prefixForm.test(prefix)) return undefined;
  const query = new URLSearchParams({ title_number: prefix });
  try {
    return { prefix, ...(await client.json<OfferedDocuments>(`/documents?${query}`, { signal })) };
  } catch {
    return undefined;
  }
}
