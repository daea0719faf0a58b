import { heightOf } from "@orbital-witness/common/results/box.ts";
import type { Box, PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBox, RuledFrame } from "@orbital-witness/common/results/regions.ts";
import type { Found, PhraseFinder } from "../words/phrases.ts";
import type { Piece } from "../words/pieces.ts";
import { squash } from "../words/squash.ts";
import type { FormDescription } from "./form-description.ts";

type Field = FormDescription["fields"][number];

/**
 * A page whose printed words have been told from its values. `labels`: where each field's label stands, from
 * the top. `pieces`: all other words.
 */
export type FormPage = {
  labels: Map<Field, Found[]>;
  printed: Found[];
  pieces: Piece[];
  frames: readonly RuledFrame[];
  checkBoxes: readonly CheckBox[] | undefined;
};

/** Finds the labels of a form and its other printed words. Short phrases may be parts of longer ones. */
export function formPage(
  page: Pick<PageResult, "regions">,
  form: FormDescription,
  finder: PhraseFinder,
): FormPage {
  const checkBoxes = page.regions?.check_boxes;
  const taken = new Set<Piece>();
  const labels = new Map<Field, Found[]>(form.fields.map((field) => [field, []]));
  const skipped = new Set(form.fields.flatMap(({ skip }) => skip));
  const headings = form.fields.flatMap(({ after }) => after ?? []);
  const printed: Found[] = [];
  const take = (places: readonly Found[]) => {
    for (const { pieces } of places) for (const piece of pieces) taken.add(piece);
  };
  const phrases = new Set([
    ...form.fields.map(({ label }) => label),
    ...headings,
    ...skipped,
    ...form.printed,
  ]);
  const longestFirst = [...phrases].sort((a, b) => squash(b).letters.length - squash(a).letters.length);
  for (const phrase of longestFirst) {
    const places = finder.find(phrase, taken);
    const fields = form.fields.filter(({ label }) => label === phrase);
    for (const field of fields) {
      const own = inSection(places, field.after === undefined ? [] : finder.find(field.after));
      labels.set(field, "repeat" in field && field.repeat ? own : likeliest(own));
    }
    // A label may also be a part of a value, as in "full title guarantee".
    const isOnlyLabel = fields.length > 0 && !form.printed.includes(phrase);
    const counted = isOnlyLabel ? [...new Set(fields.flatMap((field) => labels.get(field) ?? []))] : places;
    take(counted);
    if (!skipped.has(phrase)) printed.push(...counted);
  }
  const rests = printed.flatMap(({ rest }) => rest ?? []);
  const pieces = [...finder.pieces.filter((piece) => !taken.has(piece)), ...rests].filter(
    (piece) => !checkBoxes?.some(({ box }) => isAround(box, piece.box)),
  );
  return {
    ...{ labels, printed, pieces, checkBoxes },
    frames: page.regions?.frames ?? [],
  };
}

/** The best place. Words in a sentence may be the same as a label. */
function likeliest(places: readonly Found[]): Found[] {
  const unlikeliness = ({ distance, isStart }: Found) => distance + (isStart ? 0 : 2);
  return places.toSorted((a, b) => unlikeliness(a) - unlikeliness(b)).slice(0, 1);
}

/** The places below the heading, or all if the heading was not found. */
function inSection(places: readonly Found[], headings: readonly Found[]): Found[] {
  // A label beside its heading may be a little higher.
  const top = headings.length > 0 ? Math.min(...headings.map(({ box }) => box[1] - heightOf(box) / 2)) : 0;
  return places.filter(({ box }) => box[1] >= top).sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0]);
}

/** The sides of a check box are sometimes read as letters. */
function isAround(box: Box, inner: Box): boolean {
  const slack = heightOf(box) / 4;
  return (
    inner[0] >= box[0] - slack &&
    inner[1] >= box[1] - slack &&
    inner[2] <= box[2] + slack &&
    inner[3] <= box[3] + slack
  );
}
