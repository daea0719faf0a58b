import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { fakeProgram, scratchFolder } from "../../../lib/scratch-folder.ts";
import { ensurePortIsFree } from "./port.ts";

const busy: Server = createServer();
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
  const address = busy.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => busy.close());
afterEach(() => vi.unstubAllEnvs());

const onLoopback = (at: number) => ({ address: "127.0.0.1", port: at, setting: "httpPort" });
/** On systems without /proc the program has no name. */
const thisProcess = existsSync("/proc/net/tcp")
  ? `${path.basename(process.execPath)} (process ${process.pid})`
  : "another program";

/** A docker client that lists these containers for the port. Without containers, calling it is an error. */
function fakeDocker(holders: readonly string[]): void {
  const script = `[ "$*" = "ps --filter publish=${port} --format {{.Names}}" ] || exit 1
printf '%s\\n' ${holders.join(" ")}`;
  vi.stubEnv("PATH", fakeProgram(path.join(scratchFolder(), "docker"), script));
}

test("a free port is accepted, and stays free", async () => {
  vi.stubEnv("PATH", "/nowhere");
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const free = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => other.close(resolve));
  await ensurePortIsFree(onLoopback(free), []);
  await ensurePortIsFree(onLoopback(free), []);
});

test("a port that this clone's own router holds is accepted", async () => {
  fakeDocker(["my-router-1"]);
  await ensurePortIsFree(onLoopback(port), ["my-redis-1", "my-router-1"]);
});

test.each([
  ["another program", [], thisProcess],
  ["another clone's router", ["your-router-1"], "the container your-router-1"],
])("the error names %s that holds the port", async (_, holders, named) => {
  fakeDocker(holders);
  const ensured = ensurePortIsFree(onLoopback(port), ["my-router-1"]);
  await expect(ensured).rejects.toThrow(Failure);
  await expect(ensured).rejects.toThrow(`Port ${port} of 127.0.0.1 is busy: ${named} holds it.`);
  await expect(ensured).rejects.toMatchObject({ advice: expect.stringContaining("config set httpPort") });
});

test("the error names an address that the machine does not have", async () => {
  const ensured = ensurePortIsFree({ address: "192.0.2.7", port, setting: "httpPort" }, []);
  await expect(ensured).rejects.toThrow(Failure);
  await expect(ensured).rejects.toThrow("no address 192.0.2.7 (setting bindAddress)");
});
