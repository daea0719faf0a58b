import { readFileSync } from "node:fs";
import {
  isInRange,
  type PortFault,
  portFault,
  tryToListen,
  type WantedPort,
  wantedPorts,
} from "../../stack/engine/port.ts";

export type PortFacts = {
  readonly wanted: WantedPort;
  /** Why the router cannot listen there, and the setting to change. */
  readonly fault: PortFault | undefined;
  /** A port above 1024 that is free. */
  readonly free: number;
};

/** From here on, a user without privileges may open ports. */
export function firstUnprivilegedPort(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    return 1024;
  }
}

/** Leaves out ports that are out of range. @param own the containers of this stack */
export async function portFacts(folder: string, stack: string, own: readonly string[]): Promise<PortFacts[]> {
  const ports = wantedPorts(folder, stack).filter(isInRange);
  return Promise.all(
    ports.map(async (wanted) => ({
      wanted,
      fault: await portFault(wanted, own),
      free: await freePort(
        wanted,
        ports.map(({ port }) => port),
      ),
    })),
  );
}

async function freePort({ address, setting }: WantedPort, taken: readonly number[]): Promise<number> {
  const first = setting === "httpsPort" ? 8443 : 8080;
  for (let port = first; port < first + 100; port += 1) {
    if (!taken.includes(port) && (await tryToListen(address, port)) === undefined) return port;
  }
  return first;
}
