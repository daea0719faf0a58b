/** Key sets and discovery documents have a few kilobytes. */
const maxBytes = 256 * 1024;
const limitMs = 5000;

/**
 * Fetches a JSON document. Follows no redirect, because it could lead to another server.
 * @throws Error that says what was wrong with the answer, or the error of `fetch`
 */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { Accept: "application/json, application/jwk-set+json" },
    redirect: "error",
    signal: AbortSignal.timeout(limitMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer of ${url} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
