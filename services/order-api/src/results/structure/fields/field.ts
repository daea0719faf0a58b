import { boxSchema, confidenceSchema } from "@orbital-witness/common/results/page-result.ts";
import { checkBoxStates } from "@orbital-witness/common/results/regions.ts";
import { z } from "zod";

const place = {
  box: boxSchema.nullable().meta({ description: "Null if there is nothing" }),
  confidence: confidenceSchema
    .nullable()
    .meta({ description: "From 0 (a guess) to 100 (certain). Null if nothing was recognised" }),
};

export const valueSchema = z
  .object({
    value: z.string().meta({ description: "Empty if the field was not filled in" }),
    date: z.iso.date().optional().meta({ description: "The value, if it is a date" }),
    ...place,
  })
  .meta({ id: "FieldValue" });
export type FieldValue = z.output<typeof valueSchema>;

const label = {
  label: z.string().meta({ description: "As it is printed, without the colon" }),
  label_box: boxSchema.nullable().meta({ description: "Null if the label was not found" }),
};

export const fieldSchema = z
  .union([
    valueSchema.extend(label),
    z.object({ ...label, values: z.array(valueSchema) }),
    z.object({
      ...label,
      checked: z.boolean().nullable().meta({ description: "Null if the box was not found" }),
      state: z.enum(checkBoxStates).nullable(),
      ...place,
    }),
  ])
  .meta({
    id: "Field",
    description:
      "A label of a form with its value, with several values that stand side by side or are repeated, or " +
      "with the state of its check box. Boxes are left, top, right and bottom in pixels of the page's image.",
  });
export type Field = z.output<typeof fieldSchema>;
