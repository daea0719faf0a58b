import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A proxy before the stack whose connections a test can break. */
export type BreakableProxy = {
  readonly url: string;
  /** Breaks all connections. New ones are broken too, until `restore`. */
  cut(): void;
  restore(): void;
};

export async function openProxy(stackUrl: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(stackUrl);
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.resetAndDestroy();
    const far = connect(Number(port), hostname);
    for (const [end, other] of [[near, far] as const, [far, near] as const]) {
      ends.add(end);
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
      // A break is what the test wants; "close" follows.
      end.on("error", () => undefined);
      end.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    isCut = true;
    for (const end of ends) end.resetAndDestroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const { port: ownPort } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${ownPort}`, cut, restore: () => (isCut = false) };
}
