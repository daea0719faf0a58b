import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import { type Field, fieldSchema } from "./fields/field.ts";
import { forms } from "./fields/forms.ts";
import { readKnownForm } from "./fields/known-form.ts";
import { readUnknownForm } from "./fields/unknown-form.ts";

export const formSchema = z
  .object({ id: z.string(), title: z.string() })
  .meta({ id: "Form", description: "The kind of form that the page is, if it is a known one" });

export const pageFieldsSchema = z.object({ form: formSchema.nullable(), fields: z.array(fieldSchema) });

/** The fields of a page: those of its form, or what its layout shows. */
export function readFields(page: Pick<PageResult, "blocks" | "regions">): z.output<typeof pageFieldsSchema> {
  const known = readKnownForm(page, forms);
  if (!known) return { form: null, fields: readUnknownForm(page) satisfies Field[] };
  const { id, title } = known.form;
  return { form: { id, title }, fields: known.fields };
}
