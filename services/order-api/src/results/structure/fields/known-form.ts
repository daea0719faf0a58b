import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { type Found, PhraseFinder } from "../words/phrases.ts";
import { piecesOf } from "../words/pieces.ts";
import { rowsOf } from "../words/rows.ts";
import { squash } from "../words/squash.ts";
import { boxBeside, checkField, markInCell } from "./checks.ts";
import { columnsOf } from "./columns.ts";
import type { Field, FieldValue } from "./field.ts";
import type { FormDescription, ValueField } from "./form-description.ts";
import { type FormPage, formPage } from "./form-page.ts";
import { below, following, inNextCell, toTheRight } from "./places.ts";
import { noValue, valueFrom } from "./value-from.ts";

/** The share of a form's labels that must be on a page: a letter may mention the form. */
const LEAST_LABELS = 0.4;

type Page = Pick<PageResult, "blocks" | "regions">;

/** The kind of form that a page is, and its fields in the order of the description. */
export function readKnownForm(
  page: Page,
  forms: readonly FormDescription[],
): { form: FormDescription; fields: Field[] } | undefined {
  const finder = new PhraseFinder(piecesOf(page));
  const candidates = forms
    .flatMap((form) => form.recognised_by.flatMap((phrase) => scored(form, phrase, finder.find(phrase)[0])))
    .sort((a, b) => b.score - a.score);
  const [best] = [...new Set(candidates.map(({ form }) => form))]
    .map((form) => {
      const found = formPage(page, form, finder);
      const present = [...found.labels.values()].filter((places) => places.length > 0).length;
      return { form, found, share: present / form.fields.length };
    })
    .sort((a, b) => b.share - a.share);
  if (!best || best.share < LEAST_LABELS) return undefined;
  const { form, found } = best;
  return { form, fields: form.fields.map((field) => readField(found, field)) };
}

/** A longer phrase with fewer misread letters is a better sign. */
function scored(form: FormDescription, phrase: string, found: Found | undefined) {
  const { length } = squash(phrase).letters;
  return found ? [{ form, score: length - 5 * found.distance }] : [];
}

function readField(page: FormPage, field: FormDescription["fields"][number]): Field {
  const places = page.labels.get(field) ?? [];
  const [label] = places;
  const name = field.label.replace(/\s*:$/, "");
  if ("check" in field) {
    if (!label) return checkField(name, undefined);
    const check = field.check === "cell" ? markInCell(page, label) : boxBeside(page, label, field.check);
    return checkField(name, label, check);
  }
  const head = { label: name, label_box: label?.box ?? null };
  if (field.repeat) return { ...head, values: places.map((place) => readValue(page, field, place)) };
  if (field.columns) return { ...head, values: label ? readColumns(page, field, label) : [] };
  return { ...head, ...(label ? readValue(page, field, label) : noValue) };
}

function readValue(page: FormPage, field: ValueField, label: Found): FieldValue {
  return valueFrom(piecesAt(page, field, label), field.type);
}

function readColumns(page: FormPage, field: ValueField, label: Found): FieldValue[] {
  return columnsOf(piecesAt(page, field, label))
    .map((column) => valueFrom(column, field.type))
    .filter(({ value }) => value !== "");
}

function piecesAt(page: FormPage, { value, lines, type }: ValueField, label: Found) {
  const ground = { ...page, isNumber: type === "number" };
  const pieces = { right: toTheRight, below, following, next_cell: inNextCell }[value](ground, label);
  if (lines === undefined) return pieces;
  return rowsOf(pieces).slice(0, lines).flat();
}
