import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { ResultRef, ResultStore } from "./result-store.ts";

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** A page's dictionary, in parts that an update needs apart; each is PDF source in latin1. */
const pageSchema = z.object({
  /** Of its object; all generations are 0. */
  number: z.int().positive(),
  /** What viewers show of the page: left, bottom, right, top in its user space. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** Clockwise, in degrees, as it is shown. */
  rotate: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** All entries but the following. */
  entries: z.string(),
  /** References to its content streams, in their order. */
  contents: z.string(),
  /** Entries of its resources but the fonts, and entries of these. */
  resources: z.string(),
  fonts: z.string(),
});
export type PdfPageObject = z.output<typeof pageSchema>;

/**
 * What it takes to append an incremental update to a PDF without reading it. `base`: the file to append to,
 * which is the document itself, or a copy without its encryption or damage.
 */
export const pdfOutlineSchema = z.object({
  base: z.enum(["document", "pdf-base"]),
  /** Where the last cross-reference section begins, and of which kind it is. */
  startXref: z.int().nonnegative(),
  xref: z.enum(["table", "stream"]),
  /** The first object number that is free. */
  nextNumber: z.int().positive(),
  /** The trailer's `Root`, `Info` and `ID`, as PDF source. */
  trailer: z.string(),
  pages: z.array(pageSchema),
  /** Objects that replace others or are new, as PDF source in base64. */
  changed: z.array(z.object({ number: z.int().positive(), body: z.string() })),
});
export type PdfOutline = z.output<typeof pdfOutlineSchema>;

export async function savePdfOutline(store: ResultStore, ref: ResultRef, outline: PdfOutline): Promise<void> {
  await store.save(ref, "pdf-outline", await deflate(JSON.stringify(outline)));
}

/** Undefined for documents that are no PDFs, and for PDFs that could not be outlined. */
export async function readPdfOutline(store: ResultStore, ref: ResultRef): Promise<PdfOutline | undefined> {
  const file = await store.file(ref, "pdf-outline");
  return file && pdfOutlineSchema.parse(JSON.parse((await inflate(await file.bytes())).toString()));
}
