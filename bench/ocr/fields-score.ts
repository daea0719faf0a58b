import { z } from "zod";
import { dateIn } from "../../services/order-api/src/results/structure/fields/dates.ts";
import type { Field } from "../../services/order-api/src/results/structure/fields/field.ts";
import { squash } from "../../services/order-api/src/results/structure/words/squash.ts";

/** The true fields of a page, as in `<page>.fields.json`. */
export const trueFieldsSchema = z.array(
  z.union([
    z.strictObject({ label: z.string(), value: z.string() }),
    z.strictObject({ label: z.string(), values: z.array(z.string()) }),
    z.strictObject({ label: z.string(), checked: z.boolean() }),
  ]),
);
export type TrueField = z.output<typeof trueFieldsSchema>[number];

/** Each value counts as a field. `wrong`: what was read instead, or undefined if there was no such field. */
export type FieldsScore = {
  fields: number;
  right: number;
  wrong: { label: string; expected: string | boolean; read: string | boolean | null | undefined }[];
};

/**
 * Compares fields that were read with the true ones. Labels are compared by their letters and digits. Values
 * must be the same except for spaces. A date may be written in another way.
 */
export function scoreFields(truth: readonly TrueField[], read: readonly Field[]): FieldsScore {
  const score: FieldsScore = { fields: 0, right: 0, wrong: [] };
  const left = [...read];
  for (const expected of truth) {
    const at = left.findIndex(({ label }) => squash(label).letters === squash(expected.label).letters);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    for (const [index, value] of valuesOf(expected).entries()) {
      const own = found === undefined ? undefined : valuesOf(found)[index];
      score.fields += 1;
      if (isSame(value, own)) score.right += 1;
      else score.wrong.push({ label: expected.label, expected: value ?? "", read: own });
    }
  }
  return score;
}

function valuesOf(field: TrueField | Field): (string | boolean | null)[] {
  if ("checked" in field) return [field.checked];
  if ("value" in field) return [field.value];
  return field.values.map((each) => (typeof each === "string" ? each : each.value));
}

function isSame(expected: string | boolean | null, read: string | boolean | null | undefined): boolean {
  if (typeof expected !== "string" || typeof read !== "string") {
    // A value that is missing because it is empty is as good as an empty one.
    return expected === read || (expected === "" && read === undefined);
  }
  const date = dateIn(expected);
  if (date?.written === expected && dateIn(read)?.date === date.date) return true;
  return withoutSpaces(expected) === withoutSpaces(read);
}

function withoutSpaces(text: string): string {
  return text.normalize("NFKC").replace(/\s+/g, "");
}
