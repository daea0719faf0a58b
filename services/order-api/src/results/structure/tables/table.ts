import { boxSchema, confidenceSchema } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";

export const tableCellSchema = z
  .object({
    row: z.int().nonnegative(),
    column: z.int().nonnegative(),
    row_span: z.int().positive(),
    column_span: z.int().positive(),
    text: z.string(),
    box: boxSchema,
    confidence: confidenceSchema.nullable(),
  })
  .meta({
    id: "TableCell",
    description: "Rows and columns count from 0. Lines of its text are separated by a line feed",
  });
export type TableCell = z.output<typeof tableCellSchema>;

export const tableSchema = z
  .object({
    box: boxSchema,
    ruled: z.boolean().meta({ description: "Ruling lines make the cells; otherwise aligned columns do" }),
    rows: z.int().positive(),
    columns: z.int().positive(),
    cells: z.array(tableCellSchema),
  })
  .meta({ id: "Table", description: "The cells are in reading order" });
export type Table = z.output<typeof tableSchema>;
