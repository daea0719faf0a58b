import {
  documentTypeSchema,
  failureReasonSchema,
  orderIdSchema,
  titleNumberSchema,
} from "@orbital-witness/common/orders/order.ts";
import type { PageReading } from "@orbital-witness/common/orders/order-pages.ts";
import { pageResultSchema } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import { pageFieldsSchema, readFields } from "../structure/read-structure.ts";
import { readTables } from "../structure/tables/read-tables.ts";
import { tableSchema } from "../structure/tables/table.ts";
import type { DocumentPage, ResultDocument } from "./result-document.ts";

const time = z.iso.datetime();
export const readingSchema = z
  .object({ worker: z.string(), started_at: time, ended_at: time, attempts: z.int().positive() })
  .meta({
    id: "PageReading",
    description:
      "Which worker read the page, and when. `attempts` counts the attempts at this page, of which all but " +
      "the last failed",
  });
const readings = {
  reading: readingSchema.optional().meta({ description: "Missing for pages that earlier versions read" }),
};

/** A page that was read. */
export const readPageSchema = pageResultSchema
  .omit({ original: true, tiles: true, regions: true })
  .extend(readings)
  .extend(pageFieldsSchema.shape)
  .extend({
    tables: z.array(tableSchema),
    empty: z.boolean().meta({ description: "The page has no text" }),
    revision: z
      .int()
      .nonnegative()
      .meta({ description: "How many corrections the page has; 0 for the page as it was read" }),
  })
  .meta({
    id: "ReadPage",
    description:
      "Boxes are left, top, right and bottom in pixels of the page's image. `source` says where a word " +
      "comes from: it was recognised (`ocr`), it is part of the document's own text (`text_layer`), or " +
      "it was filled into a form field (`form_value`), or a person corrected or added it (`corrected`); " +
      "the page's tells where its words came from when it was read. Only recognised words have a " +
      "`confidence`, from 0 (a guess) to 100 (certain). The page's is their mean, or null if there are " +
      "none. Their `reader` is tesseract, or the model PP-OCRv6 (`ppocr`), the second reader. A word that " +
      "is not horizontal has a `direction`: how far its text is turned clockwise, in " +
      "degrees.",
  });
const failedPage = z
  .object({ page: z.int().positive(), error: failureReasonSchema, ...readings })
  .meta({ id: "FailedPage", description: "A page that could not be read, and the reason" });

export const resultSchema = z
  .object({
    order_id: orderIdSchema,
    title_number: titleNumberSchema.nullable(),
    document_type: documentTypeSchema.nullable(),
    pages: z.array(z.union([readPageSchema, failedPage])),
  })
  .meta({ id: "Result" });

type Result = z.input<typeof resultSchema>;

/** Writes a `Result`, page by page. */
export async function* writeJson({ order, pages }: ResultDocument): AsyncGenerator<string> {
  const { order_id, title_number = null, document_type = null } = order;
  const head: Omit<Result, "pages"> = { order_id, title_number, document_type };
  yield `${JSON.stringify(head).slice(0, -1)},"pages":[`;
  for await (const page of pages()) yield `${page.page > 1 ? "," : ""}${JSON.stringify(pageView(page))}`;
  yield "]}\n";
}

export function pageView(read: DocumentPage): Result["pages"][number] {
  const { page, result, revision = 0, error } = read;
  const reading = read.reading && { reading: readingView(read.reading) };
  if (!result) return { page, error, ...reading };
  const { original: _original, tiles: _tiles, regions: _regions, ...content } = result;
  return {
    ...{ ...content, ...reading, empty: result.blocks.length === 0, revision },
    ...{ ...readFields(result), tables: readTables(result) },
  };
}

export function readingView(reading: PageReading): z.input<typeof readingSchema> {
  const { worker, started_ms, ended_ms, attempts } = reading;
  const at = (time: number) => new Date(time).toISOString();
  return { worker, started_at: at(started_ms), ended_at: at(ended_ms), attempts };
}
