import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { ResultRef, ResultStore } from "./result-store.ts";

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/**
 * A page's dictionary, split into the parts that an update needs separately. Each is PDF source in latin1.
 */
const pageSchema = z.object({
  /** The number of the page's object. All generations are 0. */
  number: z.int().positive(),
  /** The visible part of the page: left, bottom, right, top in its user space. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** The page's rotation when shown, clockwise, in degrees. */
  rotate: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** All entries except the following. */
  entries: z.string(),
  /** References to the page's content streams, in order. */
  contents: z.string(),
  /** Entries of the page's resources except the fonts, and entries of the fonts. */
  resources: z.string(),
  fonts: z.string(),
});
export type PdfPageObject = z.output<typeof pageSchema>;

/**
 * The data needed to append an incremental update to a PDF without parsing it. `base`: the file to append to,
 * which is the document itself or a copy without its encryption or damage.
 */
export const pdfOutlineSchema = z.object({
  base: z.enum(["document", "pdf-base"]),
  /** The offset and the kind of the last cross-reference section. */
  startXref: z.int().nonnegative(),
  xref: z.enum(["table", "stream"]),
  /** The first free object number. */
  nextNumber: z.int().positive(),
  /** The trailer's `Root`, `Info` and `ID`, as PDF source. */
  trailer: z.string(),
  pages: z.array(pageSchema),
  /** Replaced or new objects, as PDF source in base64. */
  changed: z.array(z.object({ number: z.int().positive(), body: z.string() })),
});
export type PdfOutline = z.output<typeof pdfOutlineSchema>;

export async function savePdfOutline(store: ResultStore, ref: ResultRef, outline: PdfOutline): Promise<void> {
  await store.save(ref, "pdf-outline", await deflate(JSON.stringify(outline)));
}

/** Undefined for documents that are not PDFs, and for PDFs whose outline could not be made. */
export async function readPdfOutline(store: ResultStore, ref: ResultRef): Promise<PdfOutline | undefined> {
  const file = await store.file(ref, "pdf-outline");
  return file && pdfOutlineSchema.parse(JSON.parse((await inflate(await file.bytes())).toString()));
}
