import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { DocumentSource } from "./document-source.ts";

const lease = { title_number: "OW12345678", document_type: "lease" } as const;
const unaborted = new AbortController().signal;
const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** A source with this behaviour; `asked` are the paths and request ids it saw. */
async function source(listener: RequestListener, limitMs?: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["x-request-id"]}`);
    listener(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const base = `http://127.0.0.1:${address.port}/scans`;
  return { asked, documents: new DocumentSource(base, limitMs) };
}

test("the extensions are tried one after the other, with the order's request id", async () => {
  const { asked, documents } = await source((request, response) => {
    response.writeHead(request.url?.endsWith(".jpg") ? 200 : 404).end("bytes");
  });
  expect(String(await documents.fetch(lease, "abc", unaborted))).toBe("bytes");
  expect(asked).toEqual(["/scans/OW12345678/lease.png abc", "/scans/OW12345678/lease.jpg abc"]);
});

test.each([
  [404, "document_not_found", false],
  [403, "source_refused", false],
  [302, "source_refused", false],
  [500, "source_unavailable", true],
  [503, "source_unavailable", true],
  [429, "source_unavailable", true],
])("%i is %s", async (status, code, mayPass) => {
  const { asked, documents } = await source((_, response) => {
    response.writeHead(status, { Location: "/elsewhere" }).end("no");
  });
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({ code, mayPass });
  expect(asked.some((line) => line.startsWith("/elsewhere"))).toBe(false);
});

test("a source that refuses connections, or breaks off, may be back later", async () => {
  const nowhere = new DocumentSource("http://127.0.0.1:1");
  await expect(nowhere.fetch(lease, "abc", unaborted)).rejects.toMatchObject({ code: "source_unavailable" });
  const { documents } = await source((request, response) => {
    response.writeHead(200, { "Content-Length": "1000" }).write("begin");
    setTimeout(() => request.socket.destroy(), 10);
  });
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "source_unavailable",
  });
});

test("the time limit holds for a source that trickles", async () => {
  const { documents } = await source((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(timer));
  }, 200);
  const started = performance.now();
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "source_unavailable",
  });
  expect(performance.now() - started).toBeLessThan(1000);
});

test("an attempt that is over leaves the source at once", async () => {
  let closed = false;
  const { documents } = await source((_, response) => {
    response.writeHead(200).write("begin");
    response.on("close", () => {
      closed = true;
    });
    attempt.abort(new Error("cancelled"));
  });
  const attempt = new AbortController();
  await expect(documents.fetch(lease, "abc", attempt.signal)).rejects.toThrow("cancelled");
  await expect.poll(() => closed).toBe(true);
});

test("no more than 32 MiB are read, whatever length is told", async () => {
  let sent = 0;
  const { documents } = await source((_, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const send = () => {
      while (!response.destroyed && response.write(chunk)) sent++;
    };
    response.on("drain", send);
    send();
  });
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "document_too_large",
    mayPass: false,
  });
  expect(sent).toBeLessThan(64);
});
