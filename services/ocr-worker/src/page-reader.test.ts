import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PDFDocument } from "@cantoo/pdf-lib";
import { createLog } from "@orbital-witness/common/log.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { type ResultRef, ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { afterAll, afterEach, expect, test } from "vitest";
import { drawLine, leaseText } from "../../../tests/scan.ts";
import { asFailure } from "./failure.ts";
import { defaultLimits } from "./limits.ts";
import { type PageReaderOptions, ProcessPageReader } from "./page-reader.ts";
import { developmentLanguageData } from "./recognition/engine.ts";

const log = createLog("test", "silent");
const unaborted = new AbortController().signal;
const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "page-reader-"));
const results = new ResultStore(folder);
const lease = await drawLine(leaseText).png().toBuffer();
const readers: ProcessPageReader[] = [];
afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));
afterAll(() => rmSync(folder, { recursive: true }));

function newReader(options: Partial<PageReaderOptions> = {}): ProcessPageReader {
  const usual = { limits: defaultLimits, languages: ["eng"], languageData: developmentLanguageData };
  const reader = new ProcessPageReader(log, results, { ...usual, ...options });
  readers.push(reader);
  return reader;
}

async function save(bytes: Uint8Array): Promise<ResultRef> {
  const ref = { order_id: randomUUID(), attempt: 1 };
  await results.saveDocument(ref, bytes);
  return ref;
}

async function textOfPage(reader: ProcessPageReader, ref: ResultRef, page = 1): Promise<string> {
  await reader.read(ref, page, unaborted);
  const result = await results.page(ref, page);
  if (!result) throw new Error("the page was not saved");
  return textOf(result).trim();
}

/** The page processes of this one. */
function processes(): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const found = lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === process.pid && command?.includes("page-process/main.ts") ? [Number(pid)] : [];
  });
  return found;
}

test("one process reads documents of many kinds, and a page once", async () => {
  const reader = newReader();
  await expect(reader.ready()).rejects.toThrow("no page process");
  await reader.start();
  await reader.ready();
  const started = processes();
  expect(started).toHaveLength(1);
  const pdf = await PDFDocument.create();
  pdf.addPage([216, 28.8]).drawImage(await pdf.embedPng(lease), { width: 216, height: 28.8 });
  pdf.addPage([400, 200]).drawText("To have and to hold", { x: 40, y: 100 });
  const ref = await save(await pdf.save());
  expect(await reader.inspect(results.documentPath(ref), unaborted)).toEqual({ format: "PDF", pages: 2 });
  expect(await textOfPage(reader, ref, 1)).toBe(leaseText);
  expect(await textOfPage(reader, ref, 2)).toBe("To have and to hold");
  expect(await results.page(ref, 1)).toMatchObject({ page: 1, source: "ocr" });
  expect(await results.page(ref, 2)).toMatchObject({ page: 2, source: "text_layer", confidence: 100 });

  await results.removeDocument(ref);
  expect(await reader.read(ref, 1, unaborted)).toEqual({
    isEmpty: false,
    characters: leaseText.length + 1,
  });
  expect(processes()).toEqual(started);
});

test("an empty page is empty", async () => {
  const ref = await save(await drawLine("").png().toBuffer());
  expect(await newReader().read(ref, 1, unaborted)).toEqual({ isEmpty: true, characters: 0 });
});

test("the process is made anew after so many pages", async () => {
  const reader = newReader({ pagesPerProcess: 2 });
  await reader.start();
  const [first] = processes();
  for (let page = 0; page < 2; page++) expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
  await reader.ready();
  expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
  expect(processes()).not.toContain(first);
  expect(processes()).toHaveLength(1);
});

test("a page that takes too long is given up, and the next one is read", async () => {
  const reader = newReader({ limits: { ...defaultLimits, pageSeconds: 0.001 } });
  const ref = await save(lease);
  await expect(reader.read(ref, 1, unaborted)).rejects.toMatchObject({
    code: "page_too_slow",
    mayPass: true,
    message: "Reading the page took longer than 0.001 seconds.",
  });
  await reader.ready();
  expect(await textOfPage(newReader(), ref)).toBe(leaseText);
});

test("an attempt that is over ends the process in the middle of its page, and the next page is read", async () => {
  const reader = newReader();
  await reader.start();
  const [first] = processes();
  const attempt = new AbortController();
  const ref = await save(lease);
  const reading = reader.read(ref, 1, attempt.signal);
  await new Promise(setImmediate);
  attempt.abort(new Error("cancelled"));
  await expect(reading).rejects.toThrow("cancelled");
  await expect(reader.read(ref, 1, attempt.signal)).rejects.toThrow("cancelled");
  expect(await textOfPage(reader, ref)).toBe(leaseText);
  expect(processes()).not.toContain(first);
});

test("an attempt that is over does not wait for the process to start, nor for another's page", async () => {
  const reader = newReader();
  const ref = await save(lease);
  const attempt = new AbortController();
  const other = new AbortController();
  const first = reader.read(ref, 1, other.signal);
  const second = reader.read(ref, 1, attempt.signal);
  attempt.abort(new Error("cancelled"));
  await expect(second).rejects.toThrow("cancelled");
  other.abort(new Error("revoked"));
  await expect(first).rejects.toThrow("revoked");
  expect(await textOfPage(reader, ref)).toBe(leaseText);
});

test("a process that dies takes its page along and no other", async () => {
  const reader = newReader();
  await reader.start();
  const [pid] = processes();
  const ref = await save(lease);
  const reading = reader.read(ref, 1, unaborted);
  await new Promise(setImmediate);
  process.kill(Number(pid), "SIGSEGV");
  const failure = asFailure(await reading.catch((error: unknown) => error));
  // Not the page's fault: a fault of ours, which may pass.
  expect(failure).toMatchObject({ code: "internal_error", mayPass: true });
  expect(String(failure.cause)).toContain("the page process ended with SIGSEGV");
  expect(await textOfPage(reader, ref)).toBe(leaseText);
});

test("a process that dies between pages is made anew by itself", async () => {
  const reader = newReader();
  await reader.start();
  const [pid] = processes();
  process.kill(Number(pid), "SIGKILL");
  await expect.poll(() => processes().filter((one) => one !== pid)).toHaveLength(1);
  expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
});

test("a start that fails or takes too long leaves no process, and readiness says so", async () => {
  const hasty = newReader({ startMs: 5 });
  await expect(hasty.start()).rejects.toThrow("no answer within 5 ms");
  const foreign = newReader({ languages: ["xyz"] });
  await expect(foreign.start()).rejects.toThrow("No language data for xyz");
  for (const reader of [hasty, foreign]) await expect(reader.ready()).rejects.toThrow("no page process");
  await expect.poll(processes).toEqual([]);
});
