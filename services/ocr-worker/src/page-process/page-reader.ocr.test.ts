import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { deflateSync } from "node:zlib";
import { PDFDocument } from "@cantoo/pdf-lib";
import { createLog } from "@orbital-witness/common/log.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import type { ResultRef } from "@orbital-witness/common/results/result-store.ts";
import sharp from "sharp";
import { afterAll, afterEach, expect, test } from "vitest";
import { drawGrey, imagePdf, rawPdf } from "../../../../tests/documents.ts";
import { drawLine, leaseText } from "../../../../tests/scan.ts";
import { asFailure } from "../failure.ts";
import { defaultLimits } from "../limits.ts";
import { developmentLanguageData } from "../recognition/engine.ts";
import { type PageReaderOptions, ProcessPageReader } from "./page-reader.ts";

const log = createLog("test", "silent");
const unaborted = new AbortController().signal;
const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "page-reader-"));
const results = openResultStore({ folder });
const lease = await drawLine(leaseText).png().toBuffer();
const samplePage = new URL("../../../../samples/scans/OW12345678/lease.png", import.meta.url);
const readers: ProcessPageReader[] = [];
afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));
afterAll(() => rmSync(folder, { recursive: true }));

function newReader(options: Partial<PageReaderOptions> = {}): ProcessPageReader {
  const usual = { limits: defaultLimits, languages: ["eng"], languageData: developmentLanguageData() };
  const reader = new ProcessPageReader(log, results, { ...usual, ...options });
  readers.push(reader);
  return reader;
}

async function save(bytes: Uint8Array): Promise<ResultRef> {
  const ref = { order_id: randomUUID(), attempt: 1 };
  await results.save(ref, "document", bytes);
  return ref;
}

async function textOfPage(reader: ProcessPageReader, ref: ResultRef, page = 1): Promise<string> {
  await reader.read(ref, page, unaborted);
  const result = await results.page(ref, page);
  if (!result) throw new Error("the page was not saved");
  return textOf(result).trim();
}

/** The log line of an error. */
function logged(err: unknown): string {
  const lines: string[] = [];
  createLog("test", "info", { write: (line) => lines.push(line) }).warn({ err });
  return lines.join("");
}

/** The ids of this process's page processes. */
function processes(): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const found = lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === process.pid && command?.includes("page-process/main.ts") ? [Number(pid)] : [];
  });
  return found;
}

test("one process reads documents of many kinds, each page once", async () => {
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
  expect(await reader.inspect(ref, unaborted)).toEqual({ format: "PDF", pages: 2 });
  expect(await textOfPage(reader, ref, 1)).toBe(leaseText);
  expect(await textOfPage(reader, ref, 2)).toBe("To have and to hold");
  expect(await results.page(ref, 1)).toMatchObject({ page: 1, source: "ocr" });
  expect(await results.page(ref, 2)).toMatchObject({ page: 2, source: "text_layer", confidence: null });

  const image = await results.file(ref, "1.png");
  const { channels } = await sharp(await image?.bytes()).metadata();
  expect(channels, "a grey picture in three channels").toBe(1);

  await results.remove(ref, "document");
  expect(await reader.read(ref, 1, unaborted)).toEqual({
    isEmpty: false,
    characters: leaseText.length + 1,
    // The page was stored before, so nothing was done.
    ...{ confidence: null, steps: {} },
  });
  expect(processes()).toEqual(started);
});

test("a crooked page is also kept as it came, and a straight one is not", async () => {
  const reader = newReader();
  const top = sharp(await readFile(samplePage)).extract({ left: 0, top: 0, width: 1240, height: 420 });
  const straight = await save(await top.png().toBuffer());
  await reader.read(straight, 1, unaborted);
  expect(await results.page(straight, 1)).not.toHaveProperty("original");
  expect(await results.file(straight, "1.original.jpg")).toBeUndefined();

  const page = await sharp(await readFile(samplePage))
    .rotate(93, { background: "white" })
    .png()
    .toBuffer();
  const crooked = await save(page);
  await reader.read(crooked, 1, unaborted);
  const result = await results.page(crooked, 1);
  expect(result?.preparation).toMatchObject([{ step: "rotate", degrees: 270 }, { step: "deskew" }]);
  const file = await results.file(crooked, "1.original.jpg");
  const [kept, came] = await Promise.all([await file?.bytes(), page].map((bytes) => sharp(bytes).metadata()));
  expect(result?.original).toMatchObject({ width: kept?.width, height: kept?.height });
  expect((kept?.width ?? 0) / (kept?.height ?? 1)).toBeCloseTo((came?.width ?? 0) / (came?.height ?? 1), 2);
});

/** The peak memory of the process, in MiB, after `work`. */
async function peakMemory(pid: number | undefined, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = () => {
    const status = `/proc/${pid}/status`;
    const [, kibibytes] = existsSync(status)
      ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8")) ?? [])
      : [];
    peak = Math.max(peak, Number(kibibytes ?? 0) / 1024);
  };
  const timer = setInterval(look, 5);
  try {
    await work();
    // The process is kept if the page was refused before decoding.
    look();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

const space = (mebibytes: number) => deflateSync(Buffer.alloc(mebibytes * 1024 * 1024, 0x20), { level: 9 });
const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: "#fff0" }, limitInputPixels: false });

/** A PDF of one page, with these objects after it. */
const pagePdf = (page: string, ...objects: Parameters<typeof rawPdf>) =>
  rawPdf(
    "<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R /AA << /WC 5 0 R >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 216 28.8] ${page} >>`,
    ...objects,
  );

/** A PDF with an image declared as 500 x 500 pixels, whose JPEG has `side` pixels on each side. */
async function understatedPdf(side: number): Promise<Buffer> {
  // The whole image is in memory before any of it can be drawn.
  const stream = await blank(side, side)
    .flatten({ background: "white" })
    .jpeg({ progressive: true })
    .toBuffer();
  return imagePdf({ width: 500, height: 500, dictionary: "/Filter /DCTDecode", stream });
}

test.runIf(process.platform === "linux").each<[string, () => Buffer | Promise<Buffer>, string]>([
  [
    "a PDF's page",
    () => pagePdf("/Contents 4 0 R", { dictionary: "/Filter /FlateDecode", stream: space(600) }),
    "document_inflates",
  ],
  [
    "a PDF's page in two steps",
    () => {
      const stream = deflateSync(space(600));
      return pagePdf("/Contents 4 0 R", { dictionary: "/Filter [/FlateDecode /FlateDecode]", stream });
    },
    "document_inflates",
  ],
  [
    "a PDF's image",
    () => imagePdf({ width: 20_000, height: 20_000, dictionary: "/Filter /FlateDecode", stream: space(50) }),
    "page_too_large",
  ],
  ["a PDF's JPEG that is larger than its document says", () => understatedPdf(14_000), "page_too_large"],
  ["a PNG", () => blank(8000, 8000).png().toBuffer(), "page_too_large"],
  ["a WebP", () => blank(8000, 8000).webp({ lossless: true, effort: 0 }).toBuffer(), "page_too_large"],
  ["a TIFF", () => blank(8000, 8000).tiff({ compression: "deflate" }).toBuffer(), "page_too_large"],
])(
  "%s that inflates is stopped at a limit, and the next page is read",
  async (_, make, code) => {
    const reader = newReader();
    await reader.start();
    const [pid] = processes();
    const ref = await save(await make());
    const peak = await peakMemory(pid, () =>
      expect(reader.read(ref, 1, unaborted)).rejects.toMatchObject({ code, mayPass: false }),
    );
    // The memory limit of a worker's container is 1.5 GB.
    expect(peak).toBeGreaterThan(50);
    expect(peak).toBeLessThan(900);
    expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
  },
  60_000,
);

test("scripts are not run, external references are not followed, and the page is read", async () => {
  const asked: unknown[] = [];
  const server = createServer((socket) => {
    asked.push("a connection");
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const file = `<< /Type /Filespec /FS /URL /F (${url}/file) >>`;
  const { width, height } = { width: 900, height: 120 };
  const { data } = await drawGrey(leaseText);
  const bytes = pagePdf(
    `/Contents [4 0 R 8 0 R] /Resources << /XObject << /I 6 0 R /J 7 0 R >> >> /AA << /O 5 0 R >>
     /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 216 28]
                 /A << /S /URI /URI (${url}/link) >> /AA << /PO 5 0 R >> >>
              << /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS ${file} >>
              << /Type /Annot /Subtype /Screen /Rect [0 0 9 9] /A << /S /Launch /F ${file} >> >>]`,
    { dictionary: "", stream: Buffer.from("q 216 0 0 28.8 0 0 cm /I Do Q q 1 0 0 1 0 0 cm /J Do Q") },
    `<< /S /JavaScript /JS (app.launchURL\\("${url}/script"\\); this.submitForm\\("${url}/form"\\);)
        /Next [<< /S /URI /URI (${url}/next) >> << /S /SubmitForm /F ${file} >>
               << /S /GoToR /F ${file} /D [0 /Fit] >>] >>`,
    {
      dictionary:
        `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} ` +
        "/ColorSpace /DeviceGray /BitsPerComponent 8",
      stream: data,
    },
    // The image's data is in an external file.
    {
      dictionary: `/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /F ${file}`,
      stream: Buffer.alloc(0),
    },
    { dictionary: `/F ${file}`, stream: Buffer.alloc(0) },
  );
  const reader = newReader();
  const ref = await save(bytes);
  expect(await reader.inspect(ref, unaborted)).toEqual({ format: "PDF", pages: 1 });
  expect(await textOfPage(reader, ref)).toBe(leaseText);
  server.close();
  expect(asked).toEqual([]);
});

test("a failure names its limit and its cause, and the process continues", async () => {
  const reader = newReader({ limits: { ...defaultLimits, pixels: 100_000 } });
  await reader.start();
  const started = processes();
  const ref = await save(lease);
  const large = {
    code: "page_too_large",
    message: "The page has 900 x 120 pixels (0.11 megapixels); at most 0.1 megapixels are read.",
  };
  await expect(reader.inspect(ref, unaborted)).rejects.toMatchObject(large);
  await expect(reader.read(ref, 1, unaborted)).rejects.toMatchObject(large);
  const small = await drawLine(leaseText).resize({ width: 300 }).png().toBuffer();
  const broken = await save(small.subarray(0, small.length / 2));
  const failure = await reader.read(broken, 1, unaborted).catch(asFailure);
  expect(failure).toMatchObject({ code: "document_damaged" });
  expect(logged(failure)).toContain("vipspng");
  expect(processes()).toEqual(started);
});

test("an empty page is empty", async () => {
  const ref = await save(await drawLine("").png().toBuffer());
  const { steps, ...page } = await newReader().read(ref, 1, unaborted);
  expect(page).toEqual({ isEmpty: true, characters: 0, confidence: null });
  expect(Object.keys(steps).sort()).toEqual(["draw", "open", "pdf", "picture", "recognise", "store"]);
});

test("the process is replaced after a number of pages", async () => {
  const reader = newReader({ pagesPerProcess: 2 });
  await reader.start();
  const [first] = processes();
  for (let page = 0; page < 2; page++) expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
  await reader.ready();
  expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
  expect(processes()).not.toContain(first);
  expect(processes()).toHaveLength(1);
});

test("a page that takes too long is stopped, and the next one is read", async () => {
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

test("the end of an attempt ends the process in the middle of a page, and the next is read", async () => {
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

test("an ended attempt does not wait for the process to start, nor for another page", async () => {
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

test("a process that dies fails its current page only", async () => {
  const reader = newReader();
  await reader.start();
  const [pid] = processes();
  const ref = await save(lease);
  const reading = reader.read(ref, 1, unaborted);
  await new Promise(setImmediate);
  process.kill(Number(pid), "SIGSEGV");
  const failure = asFailure(await reading.catch((error: unknown) => error));
  // This is not the page's fault, but ours, and it may be transient.
  expect(failure).toMatchObject({ code: "page_crashed", maxFailures: 2 });
  expect(String(failure.cause)).toContain("the page process ended with SIGSEGV");
  expect(await textOfPage(reader, ref)).toBe(leaseText);
});

test("a process that dies between pages is replaced", async () => {
  const reader = newReader();
  await reader.start();
  const [pid] = processes();
  process.kill(Number(pid), "SIGKILL");
  await expect.poll(() => processes().filter((one) => one !== pid)).toHaveLength(1);
  expect(await textOfPage(reader, await save(lease))).toBe(leaseText);
});

test("a start that fails or takes too long leaves no process, and readiness reports it", async () => {
  const hasty = newReader({ startMs: 5 });
  await expect(hasty.start()).rejects.toThrow("no answer within 5 ms");
  const foreign = newReader({ languages: ["xyz"] });
  await expect(foreign.start()).rejects.toThrow("No language data for xyz");
  for (const reader of [hasty, foreign]) await expect(reader.ready()).rejects.toThrow("no page process");
  await expect.poll(processes).toEqual([]);
});
