/** Networks in which an address is not on the Internet: 10/8, 127/8, 172.16/12 and 192.168/16. */
const PRIVATE = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)\d+\.\d+(\.\d+)?$/;

/**
 * Whether keys may be fetched from this address: by https, since whoever changes the keys on their way can
 * sign tokens. http is allowed for private addresses and for names without a dot, which are local.
 */
export function isIssuerUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username || url.password || url.search || url.hash) return false;
  const isLocal = PRIVATE.test(url.hostname) || !url.hostname.includes(".");
  return url.protocol === "https:" || (url.protocol === "http:" && isLocal);
}
