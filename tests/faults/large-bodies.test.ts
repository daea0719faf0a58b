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
