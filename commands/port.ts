import { createServer } from "node:net";
import { execa } from "execa";
import { Failure } from "./failure.ts";

/** @throws Failure where something other than this clone's own router holds the port that the router needs */
export async function ensurePortIsFree(
  address: string,
  port: number,
  ownContainers: readonly string[],
): Promise<void> {
  const code = await tryToListen(address, port);
  if (code === undefined) {
    return;
  }
  const choose = "Choose another port: npm run pulumi -- config set httpPort 8080 --stack local";
  if (code === "EACCES") {
    // Docker's own program opens the port, and usually may.
    return;
  }
  if (code === "EADDRNOTAVAIL") {
    throw new Failure(
      `This machine has no address ${address} (setting bindAddress).`,
      "Choose one that it has: npm run pulumi -- config set bindAddress 127.0.0.1 --stack local",
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
    `Stop that, or choose another port.\n${choose}`,
  );
}

function tryToListen(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
