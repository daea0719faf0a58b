import { once } from "node:events";
import type { Worker as Thread } from "node:worker_threads";
import { createLog } from "@orbital-witness/common/log.ts";
import { TimeLimitError } from "@orbital-witness/common/time-limit.ts";
import { afterAll, expect, test } from "vitest";
import { drawLine } from "../../../tests/scan.ts";
import { asFailure } from "./failure.ts";
import { Recognizer } from "./recognizer.ts";

const log = createLog("test", "silent");
const recognizer = new Recognizer(log);
const unaborted = new AbortController().signal;
afterAll(() => recognizer.close());

/** The thread of the next engine. */
async function nextThread(): Promise<Thread> {
  const [thread] = await once(process, "worker");
  return thread;
}

test("one engine reads PNG and JPEG, page after page", async () => {
  await expect(recognizer.ready()).rejects.toThrow("not loaded");
  expect(
    await recognizer.read(await drawLine("This lease is dated 1 May 2024").png().toBuffer(), unaborted),
  ).toBe("This lease is dated 1 May 2024");
  const engine = await recognizer.start();
  expect(await recognizer.read(await drawLine("THE TENANT COVENANTS").jpeg().toBuffer(), unaborted)).toBe(
    "THE TENANT COVENANTS",
  );
  expect(await recognizer.start()).toBe(engine);
  await recognizer.ready();
});

test("an empty page is empty text", async () => {
  expect(await recognizer.read(await drawLine("").png().toBuffer(), unaborted)).toBe("");
});

test("a broken image is a failure of its own, and the next page is read", async () => {
  const good = await drawLine("Charge by way of legal mortgage").png().toBuffer();
  const broken = Buffer.from(good);
  broken.fill(0, 60);
  await expect(recognizer.read(broken, unaborted)).rejects.toMatchObject({
    code: "document_damaged",
    mayPass: false,
  });
  await expect(recognizer.read(Buffer.from("<html>"), unaborted)).rejects.toMatchObject({
    code: "document_damaged",
  });
  expect(await recognizer.read(good, unaborted)).toBe("Charge by way of legal mortgage");
});

test("a page that takes too long is given up, and the next one is read", async () => {
  const hasty = new Recognizer(log, { pageMs: 5 });
  const good = await drawLine("Conveyance").png().toBuffer();
  await expect(hasty.read(good, unaborted)).rejects.toMatchObject({ code: "page_too_slow", mayPass: true });
  await hasty.ready();
  await hasty.close();
});

test("a thread that dies takes its page along and no other", async () => {
  const good = await drawLine("Title register").png().toBuffer();
  const engine = await recognizer.start();
  const reading = recognizer.read(good, unaborted);
  // tesseract.js must have sent the page off before its thread can die of it.
  await new Promise(setImmediate);
  await engine.terminate();
  // Not the page's fault: a fault of ours, which may pass.
  const failure = asFailure(await reading.catch((error: unknown) => error));
  expect(failure).toMatchObject({ code: "internal_error", mayPass: true });
  expect(await recognizer.read(good, unaborted)).toBe("Title register");
});

test("a start that takes too long leaves no thread, and readiness says so", async () => {
  const hasty = new Recognizer(log, { startMs: 5 });
  const created = nextThread();
  await expect(hasty.start()).rejects.toThrow(TimeLimitError);
  await expect(hasty.ready()).rejects.toThrow("not loaded");
  await once(await created, "exit");
  await hasty.close();
});

test("an attempt that is over does not wait for the engine to start", async () => {
  const fresh = new Recognizer(log);
  const attempt = new AbortController();
  const good = await drawLine("Title plan").png().toBuffer();
  const reading = fresh.read(good, attempt.signal);
  attempt.abort(new Error("cancelled"));
  await expect(reading).rejects.toThrow("cancelled");
  await expect(fresh.ready()).rejects.toThrow("not loaded");
  expect(await fresh.read(good, unaborted)).toBe("Title plan");
  await fresh.close();
});

test("an attempt that is over stops the engine in the middle of the page, and the next page is read", async () => {
  const attempt = new AbortController();
  const engine = await recognizer.start();
  const good = await drawLine("Title plan").png().toBuffer();
  const reading = recognizer.read(good, attempt.signal);
  await new Promise(setImmediate);
  attempt.abort(new Error("cancelled"));
  const created = nextThread();
  const ended = Promise.race([reading.catch(String), created.then((thread) => once(thread, "online"))]);
  // Before the next engine has so much as begun.
  expect(await ended).toBe("Error: cancelled");
  await recognizer.ready();
  expect(await recognizer.start()).not.toBe(engine);
  await expect(recognizer.read(good, attempt.signal)).rejects.toThrow("cancelled");
  expect(await recognizer.read(good, unaborted)).toBe("Title plan");
});
