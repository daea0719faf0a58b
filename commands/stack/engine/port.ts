import { connect, createServer, isIPv4 } from "node:net";
import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";

/**
 * Ignores values out of range, because the program rejects them and names the range.
 * @throws Failure if anything but this clone's own router holds the port, or the machine lacks the address
 */
export async function ensurePortIsFree(
  address: string,
  port: number,
  ownContainers: readonly string[],
  setting = "httpPort",
): Promise<void> {
  const choose = `npm run pulumi -- config set ${setting} 8080 --stack local`;
  if (!isIPv4(address) || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return;
  }
  const refusal = await tryToListen(address, port);
  if (refusal === undefined) {
    return;
  }
  if (refusal === "EADDRNOTAVAIL") {
    throw new Failure(
      `This machine has no address ${address} (setting bindAddress).`,
      "Choose an address that it has: npm run pulumi -- config set bindAddress 127.0.0.1 --stack local",
    );
  }
  // This user may not open low ports, whether they are free or not. Docker opens the port, and may.
  if (refusal === "EACCES" && !(await answers(address, port))) {
    return;
  }
  if (refusal !== "EACCES" && refusal !== "EADDRINUSE") {
    throw new Failure(
      `Port ${port} of ${address} cannot be opened: ${refusal}.`,
      `Choose another port: ${choose}`,
    );
  }
  const { stdout } = await execa("docker", ["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"]);
  const holders = stdout.split("\n").filter((name) => name !== "");
  if (holders.some((name) => ownContainers.includes(name))) {
    return;
  }
  const holder = holders.length > 0 ? `the container ${holders.join(", ")}` : "another program";
  throw new Failure(
    `Port ${port} of ${address} is busy: ${holder} holds it.`,
    `Stop it, or choose another port: ${choose}`,
  );
}

/** @returns the error's code; undefined if the port is free */
function tryToListen(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address === "0.0.0.0" ? "127.0.0.1" : address, port, timeout: 1000 });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
