import { z } from "zod";
import type { ResultRef, ResultStore } from "./result-store.ts";

/**
 * The data for a page of the searchable PDF, except the words. Strings are PDF source in latin1. In them
 * `{{stream 2}}` stands for a reference to the third item of `streams`.
 */
export const pdfPageSchema = z.object({
  /** Size in pixels of the image that was read, before its preparation. */
  image: z.object({ width: z.int().positive(), height: z.int().positive() }),
  /** Size in points of the page of an image. */
  size: z.object({ width: z.number().positive(), height: z.number().positive() }).optional(),
  /**
   * The stream that replaces the page's content, and resource entries that replace those of the same name.
   */
  contents: z.int().nonnegative().optional(),
  resources: z.string().optional(),
  /** For each stream, its dictionary's entries without `Length`, and its length in bytes. */
  streams: z.array(z.object({ entries: z.string(), length: z.int().nonnegative() })),
});
export type PdfPageParts = Omit<z.output<typeof pdfPageSchema>, "streams">;
export type PdfStream = { entries: string; content: Uint8Array };
export type PdfPage = PdfPageParts & { streams: PdfStream[] };

const lengthBytes = 4;

/** The format is: the length of a JSON header in four bytes, the header, and the streams' contents. */
export async function savePdfPage(
  store: ResultStore,
  ref: ResultRef,
  page: number,
  { streams, ...parts }: PdfPage,
): Promise<void> {
  const lengths = streams.map(({ entries, content }) => ({ entries, length: content.length }));
  const header = Buffer.from(JSON.stringify({ ...parts, streams: lengths }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(header.length);
  const contents = streams.map(({ content }) => content);
  await store.save(ref, `${page}.pdf-page`, Buffer.concat([length, header, ...contents]));
}

/** Undefined for pages that were not read, or were read by an earlier version. */
export async function readPdfPage(
  store: ResultStore,
  ref: ResultRef,
  page: number,
): Promise<PdfPage | undefined> {
  const bytes = await (await store.file(ref, `${page}.pdf-page`))?.bytes();
  if (!bytes) return undefined;
  let end = lengthBytes + bytes.readUInt32BE();
  const { streams, ...parts } = pdfPageSchema.parse(JSON.parse(bytes.toString("utf8", lengthBytes, end)));
  const whole = streams.map(({ entries, length }) => {
    end += length;
    return { entries, content: bytes.subarray(end - length, end) };
  });
  return { ...parts, streams: whole };
}
