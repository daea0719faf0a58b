import { randomUUID } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLog } from "@orbital-witness/common/log.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, describe, expect, test } from "vitest";
import {
  chainTiff,
  claiming,
  drawBmp,
  drawTiff,
  encryptedPdf,
  half,
  inflatingPdf,
  makePdf,
  pagelessPdf,
  scanned,
  written,
} from "../../../../tests/documents.ts";
import { drawLine, leaseText } from "../../../../tests/scan.ts";
import { defaultLimits } from "../limits.ts";
import { developmentLanguageData } from "../recognition/engine.ts";
import { ProcessPageReader } from "./page-reader.ts";

const unaborted = new AbortController().signal;
const folder = await mkdtemp(path.join(await realpath(tmpdir()), "document-kinds-"));
const results = openResultStore({ folder });
const reader = new ProcessPageReader(createLog("test", "silent"), results, {
  limits: defaultLimits,
  languages: ["eng"],
  languageData: developmentLanguageData(),
});
await reader.start();
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true });
});

/** Returns the text of the first page. */
async function read(bytes: Uint8Array): Promise<string> {
  const ref = { order_id: randomUUID(), attempt: 1 };
  await results.save(ref, "document", bytes);
  await reader.inspect(ref, unaborted);
  await reader.read(ref, 1, unaborted);
  const page = await results.page(ref, 1);
  return page === undefined ? "nothing was saved" : textOf(page).trim();
}

const line = () => drawLine(leaseText);

describe("one process reads in turn", () => {
  test.for<[string, () => Promise<Buffer>]>([
    ["a PDF of a scan", () => makePdf(scanned(leaseText))],
    ["a PDF with a text layer", () => makePdf(written(leaseText))],
    ["a TIFF of one bit, G4", () => drawTiff([leaseText], { compression: "ccittfax4", bitdepth: 1 })],
    ["a TIFF, LZW", () => drawTiff([leaseText], { compression: "lzw" })],
    ["a PNG", () => line().png().toBuffer()],
    ["a JPEG", () => line().jpeg().toBuffer()],
    ["a WebP", () => line().webp().toBuffer()],
    ["a BMP", () => drawBmp()],
  ])("%s", async ([, make]) => {
    expect(await read(await make())).toBe(leaseText);
  });
});

describe("the same process refuses", () => {
  test.for<[string, string, () => Buffer | Promise<Buffer>]>([
    ["a truncated PDF", "document_damaged", async () => half(await makePdf(scanned(leaseText)))],
    ["a truncated TIFF", "document_damaged", async () => half(await drawTiff([leaseText]))],
    ["a truncated JPEG", "document_damaged", async () => half(await line().jpeg().toBuffer())],
    ["a truncated WebP", "document_damaged", async () => half(await line().webp().toBuffer())],
    ["a truncated BMP", "document_damaged", async () => half(await drawBmp())],
    ["an encrypted PDF", "document_encrypted", () => encryptedPdf()],
    ["a PDF without pages", "no_pages", () => pagelessPdf()],
    ["a TIFF of 10,000 pages", "too_many_pages", () => chainTiff(10_000)],
    ["a PDF whose image inflates to a gigabyte", "page_too_large", () => inflatingPdf()],
    ...Object.entries(claiming).map(([format, claim]): [string, string, () => Buffer | Promise<Buffer>] => {
      const side = format === "WebP" ? 16_383 : 30_000;
      return [`a ${format} that claims ${side} x ${side} pixels`, "page_too_large", () => claim(side, side)];
    }),
  ])("%s with %s, and reads the next document", async ([, code, make]) => {
    await expect(read(await make())).rejects.toMatchObject({ code, message: expect.stringMatching(/\w/) });
    await reader.ready();
    expect(await read(await makePdf(written(leaseText)))).toBe(leaseText);
  });
});
