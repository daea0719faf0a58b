import { isIP, isIPv4 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Set by the router to the client's address. It replaces what the client sends under this name. */
const routersHeader = "X-Real-IP";

/**
 * The network that limits count as one client: an IPv4 address, or the /64 of an IPv6 address
 * (`2001:db8:0:0::/64`), because one customer usually has a whole /64. It comes from the router's header, or
 * from the connection if there is no router.
 */
export function clientNetwork(c: Context): string {
  const given = c.req.header(routersHeader) ?? "";
  return networkOf(isIP(given) === 0 ? (getConnInfo(c).remote.address ?? "unknown") : given);
}

function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  if (isIP(mapped) === 0 || isIPv4(mapped)) return mapped;
  // URL writes every address in one form. It does not accept a zone (`%eth0`), which is cut off first.
  const spelled = new URL(`http://[${mapped.split("%", 1)[0]}]`).hostname.slice(1, -1);
  const [before = [], after = []] = spelled.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
}
