import {
  documentTypeSchema,
  failureReasonSchema,
  orderIdSchema,
  titleNumberSchema,
} from "@orbital-witness/common/orders/order.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import type { ResultDocument } from "../formats/result-document.ts";
import type { ResultFormat } from "../formats/result-format.ts";
import { pageFieldsSchema, readFields } from "./read-structure.ts";
import { csvOf } from "./tables/csv.ts";
import { readTables } from "./tables/read-tables.ts";
import { tableSchema } from "./tables/table.ts";

const page = z.int().positive();
const failedPage = z.object({ page, error: failureReasonSchema });

/** The answer with one of these for each page. */
function documentOf<Page extends z.ZodType>(pageSchema: Page) {
  return z.object({
    order_id: orderIdSchema,
    title_number: titleNumberSchema.nullable(),
    document_type: documentTypeSchema.nullable(),
    pages: z.array(z.union([pageSchema, failedPage])),
  });
}

export const fieldsSchema = documentOf(pageFieldsSchema.extend({ page })).meta({ id: "ResultFields" });
export const tablesSchema = documentOf(z.object({ page, tables: z.array(tableSchema) })).meta({
  id: "ResultTables",
});

/** Formats at `result/<name>`, which say what a result means as a form and as tables. */
export const structureFormats = {
  "fields.json": {
    types: ["application/json"],
    write: (document) => writePages(document, readFields),
  },
  "tables.json": {
    types: ["application/json"],
    write: (document) => writePages(document, (result) => ({ tables: readTables(result) })),
  },
  "tables.csv": { types: ["text/csv"], write: writeTablesCsv },
} satisfies Record<string, ResultFormat>;

export type StructureName = keyof typeof structureFormats;

/** Writes what is derived from each page, page by page. */
async function* writePages(
  { order, pages }: ResultDocument,
  derive: (result: PageResult) => object,
): AsyncGenerator<string> {
  const { order_id, title_number = null, document_type = null } = order;
  yield `${JSON.stringify({ order_id, title_number, document_type }).slice(0, -1)},"pages":[`;
  for await (const { page, result, error } of pages()) {
    const content = result ? { page, ...derive(result) } : { page, error };
    yield `${page > 1 ? "," : ""}${JSON.stringify(content)}`;
  }
  yield "]}\n";
}

/** An empty line separates two tables. */
async function* writeTablesCsv({ pages }: ResultDocument): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { result } of pages()) {
    const tables = result ? readTables(result) : [];
    yield tables
      .map((table) => {
        const separator = isFirst ? "" : "\r\n";
        isFirst = false;
        return separator + csvOf(table);
      })
      .join("");
  }
}
