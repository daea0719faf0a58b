import { createServer, isIPv4 } from "node:net";
import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";
import { setting } from "../project.ts";
import { knock } from "./knock.ts";
import { listenerOn } from "./port-listener.ts";

export type WantedPort = {
  readonly address: string;
  readonly port: number;
  /** The setting that names the port. */
  readonly setting: string;
};

/** The ports that a stack listens on, by its settings: those of its router, and that of its dashboard. */
export function wantedPorts(folder: string, stack: string): WantedPort[] {
  const of = (address: string, name: string) => ({
    address,
    port: Number(setting(folder, stack, name)),
    setting: name,
  });
  const bindAddress = setting(folder, stack, "bindAddress");
  const ports = [of(bindAddress, "httpPort")];
  if (setting(folder, stack, "publicHost") !== "") {
    ports.push(of(bindAddress, "httpsPort"), of("127.0.0.1", "localPort"));
  }
  if (setting(folder, stack, "observability") === "true") {
    ports.push(of("127.0.0.1", "observabilityPort"));
  }
  return ports;
}

/** Whether address and port are in their range. The program rejects other values and names the range. */
export function isInRange({ address, port }: WantedPort): boolean {
  return isIPv4(address) && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Why the router cannot listen on a port, and the setting to change. */
export type PortFault = { readonly message: string; readonly setting: string };

/** Undefined if the port is free, this clone's own router holds it, or it is out of range. */
export async function portFault(
  wanted: WantedPort,
  ownContainers: readonly string[],
): Promise<PortFault | undefined> {
  if (!isInRange(wanted)) return undefined;
  const { address, port, setting } = wanted;
  const refusal = await tryToListen(address, port);
  if (refusal === undefined) {
    return undefined;
  }
  if (refusal === "EADDRNOTAVAIL") {
    return {
      message: `This machine has no address ${address} (setting bindAddress).`,
      setting: "bindAddress",
    };
  }
  // This user may not open low ports, whether they are free or not. Docker opens the port, and may.
  const host = address === "0.0.0.0" ? "127.0.0.1" : address;
  if (refusal === "EACCES" && (await knock({ host, port })) !== "open") {
    return undefined;
  }
  if (refusal !== "EACCES" && refusal !== "EADDRINUSE") {
    return { message: `Port ${port} of ${address} cannot be opened: ${refusal}.`, setting };
  }
  const holders = await containersOn(port);
  if (holders.some((name) => ownContainers.includes(name))) {
    return undefined;
  }
  const holder =
    holders.length > 0
      ? `the container ${holders.join(", ")}`
      : ((await listenerOn(port)) ?? "another program");
  return { message: `Port ${port} of ${address} is busy: ${holder} holds it.`, setting };
}

/**
 * @throws Failure if anything but this clone's own router holds the port, or the machine lacks the address
 */
export async function ensurePortIsFree(wanted: WantedPort, ownContainers: readonly string[]): Promise<void> {
  const fault = await portFault(wanted, ownContainers);
  if (fault === undefined) return;
  if (fault.setting === "bindAddress") {
    throw new Failure(
      fault.message,
      "Choose an address that it has: npm run pulumi -- config set bindAddress 127.0.0.1 --stack local",
    );
  }
  const choose = `choose another port: npm run pulumi -- config set ${fault.setting} 8080 --stack local`;
  throw new Failure(fault.message, `Stop it, or ${choose}`);
}

/** @returns the error's code; undefined if the port is free */
export function tryToListen(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** The containers that publish a port. None if the engine does not answer. */
async function containersOn(port: number): Promise<string[]> {
  const list = ["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"];
  const { stdout } = await execa("docker", list, { reject: false, timeout: 5000 });
  return (stdout ?? "").split("\n").filter((name) => name !== "");
}
