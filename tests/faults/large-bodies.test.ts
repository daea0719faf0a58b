import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();

const size = 2_000_000;
const form = `username=${"x".repeat(size - "username=".length)}`;

/** A body without a Content-Length. */
function chunked(): ReadableStream<Uint8Array> {
  const pieces = form.match(/.{1,65536}/g) ?? [];
  return ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
}

const port = Number(new URL(stack.url).port);
const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(3_000_000)]);

/** The uploaded documents and their parts. Corrections have a folder of their own beside them. */
async function files(): Promise<string[]> {
  const { stdout } = await stack.exec(await stack.clone.container("order-api"), "ls", "/uploads");
  return stdout.split("\n").filter((name) => name !== "" && name !== "corrections");
}

function withDocument(document: Uint8Array): FormData {
  const body = new FormData();
  body.set("document", new Blob([new Uint8Array(document)]), "scan.pdf");
  return body;
}

/** Begins an upload, and sends a third of it. `end` sends the rest. */
async function begin() {
  const whole = new Response(withDocument(bytes));
  const body = Buffer.from(await whole.arrayBuffer());
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text) => {
    answer += text;
  });
  // The connection may break, as expected.
  socket.on("error", () => {});
  await once(socket, "connect");
  const head = [
    "POST /orders HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${await stack.customer.token()}`,
    `Content-Type: ${whole.headers.get("Content-Type")}`,
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  const third = Math.floor(body.length / 3);
  socket.write(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body.subarray(0, third)]));
  await expect.poll(async () => (await files()).length, { timeout: 4000 }).toBeGreaterThan(0);
  return {
    cutOff: () => socket.destroy(),
    end: async () => {
      socket.write(body.subarray(third));
      await Promise.race([once(socket, "close"), pause(8000)]);
      return answer;
    },
  };
}

test("22 an upload that is cut off in the middle leaves nothing", async () => {
  const before = await stack.customer.orderIds();
  expect(await files()).toEqual([]);
  const { cutOff } = await begin();
  cutOff();
  await expect.poll(files, { timeout: 15_000 }).toEqual([]);
  expect(await stack.customer.orderIds()).toEqual(before);
});

test("22 an upload of another type, or an empty one, leaves nothing", async () => {
  const token = await stack.customer.token();
  const send = (document: Uint8Array) =>
    stack.customer.ask("POST", "/orders", { body: withDocument(document), token });
  expect(await send(Buffer.alloc(2_000_000, 97))).toMatchObject({
    status: 415,
    body: { code: "unsupported_document" },
  });
  expect(await send(Buffer.alloc(0))).toMatchObject({ status: 422, body: { code: "document_empty" } });
  expect(await files()).toEqual([]);
});

test("22 Redis is away while a document arrives: 503, and nothing is left", async () => {
  const { end } = await begin();
  const fault = await stack.pause(await stack.clone.container("redis"));
  expect(await end()).toMatch(/^HTTP\/1\.1 503 [\s\S]*queue_unavailable/);
  await fault.end();
  expect(await files()).toEqual([]);
  await stack.untilReady();
  expect(await stack.customer.orderIds("status=queued")).toEqual([]);
});

test("22 the Order API is killed while a document arrives: there is no order", async () => {
  const before = await stack.customer.orderIds();
  const { end } = await begin();
  const fault = await stack.kill(await stack.clone.container("order-api"));
  expect(await end()).not.toMatch(/^HTTP\/1\.1 2/);
  await fault.end();
  await stack.untilReady();
  expect(await stack.customer.orderIds()).toEqual(before);
  // The worker's sweep removes such parts when nothing was added to them for ten minutes.
  const left = await files();
  expect(left.filter((name) => !name.endsWith(".part"))).toEqual([]);
  await stack.exec(await stack.clone.container("order-api"), "sh", "-c", "rm -f /uploads/*.part");
});

test.for([
  ["/token", "with its length", () => form],
  ["/token", "in chunks", chunked],
  ["/orders", "with its length", () => form],
  ["/orders", "in chunks", chunked],
] as const)("18 a body of 2 MB to %s, %s: 413", async ([path, , body]) => {
  const response = await fetch(`${stack.url}${path}`, {
    method: "POST",
    body: body(),
    duplex: "half",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ status: 413, code: "body_too_large" });
});
