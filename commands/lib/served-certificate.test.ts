import { once } from "node:events";
import { type AddressInfo, createServer as createPlainServer } from "node:net";
import { createServer } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../tests/free-port.ts";
import { servedCertificate } from "./served-certificate.ts";

// A certificate is read in `tests/faults/slow/own-stack/https.test.ts`.

test.each([
  ["has no certificate", () => createServer()],
  ["does not answer", () => createPlainServer()],
])("a server that %s has none", async (_, make) => {
  const server = make().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await servedCertificate("127.0.0.1", port, "witness.test", 200)).toBeNull();
});

test("a port where nothing listens has none", async () => {
  expect(await servedCertificate("127.0.0.1", await freePort(), "witness.test")).toBeNull();
});
