import { z } from "zod";
import { boxSchema, confidenceSchema } from "./box.ts";

/**
 * A cell between ruling lines. Rows and columns count from 0 at the top left of the frame. A span of 1 is
 * left out.
 */
export const cellSchema = z.object({
  box: boxSchema,
  row: z.int().min(0),
  column: z.int().min(0),
  row_span: z.int().min(2).optional(),
  column_span: z.int().min(2).optional(),
});
export type Cell = z.output<typeof cellSchema>;

/** A form or a table: connected ruling lines, and the cells between them in reading order. */
export const ruledFrameSchema = z.object({ box: boxSchema, cells: z.array(cellSchema) });
export type RuledFrame = z.output<typeof ruledFrameSchema>;

/** What is in a check box. `marked`: neither a cross nor a tick. */
export const checkBoxStates = ["empty", "crossed", "ticked", "marked"] as const;
export type CheckBoxState = (typeof checkBoxStates)[number];

/** `confidence`: of the state. */
export const checkBoxSchema = z.object({
  box: boxSchema,
  state: z.enum(checkBoxStates),
  confidence: confidenceSchema,
});
export type CheckBox = z.output<typeof checkBoxSchema>;

/**
 * What a page has beside its words: the ruling lines of forms and tables, and check boxes. Fields and tables
 * are derived from them and from the words, whenever a result is read.
 */
export const regionsSchema = z.object({
  frames: z.array(ruledFrameSchema),
  check_boxes: z.array(checkBoxSchema),
});
export type Regions = z.output<typeof regionsSchema>;
