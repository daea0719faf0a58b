import { z } from "zod";

const phrase = z.string().trim().min(1);

/**
 * Where a value stands, as seen from its label. `following`: to the right and below. `next_cell`: in the cell
 * to the right of the label's.
 */
const places = ["right", "below", "following", "next_cell"] as const;
/**
 * `text`: all words. `number`: digits, also one in each of a row of boxes. `date`: the first date among the
 * words.
 */
const types = ["text", "number", "date"] as const;
/** Where a check box stands. `cell`: the mark itself is in the label's cell or in the one after it. */
const checkPlaces = ["left", "right", "cell"] as const;

const common = {
  /** The label as it is printed. */
  label: phrase,
  /** A heading above the label, if the same label is printed several times. */
  after: phrase.optional(),
  /** Printed words that are not part of the value. */
  skip: z.array(phrase).default([]),
};

const valueField = z.strictObject({
  ...common,
  value: z.enum(places),
  type: z.enum(types).default("text"),
  /** Only the first lines of the place. */
  lines: z.int().positive().optional(),
  /** The label is printed several times, each with its own value. */
  repeat: z.boolean().default(false),
  /** Several values stand side by side, such as two addresses. */
  columns: z.boolean().default(false),
});

const checkField = z.strictObject({ ...common, check: z.enum(checkPlaces) });

/** A kind of form, as a file in the folder `forms` describes it: see its README. */
export const formDescriptionSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9()_.-]{1,20}$/),
  title: phrase,
  /** A page that contains one of these is probably this form. */
  recognised_by: z.array(phrase).min(1),
  fields: z.array(z.union([checkField, valueField])).min(1),
  /** Other printed words. They are never part of a value, and a value ends before them. */
  printed: z.array(phrase).default([]),
});

export type FormDescription = z.output<typeof formDescriptionSchema>;
export type ValueField = z.output<typeof valueField>;
export type CheckField = z.output<typeof checkField>;
