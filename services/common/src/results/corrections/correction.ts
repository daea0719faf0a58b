import { z } from "zod";
import { wordSchema } from "../page-result.ts";

const place = z.int().nonnegative();

/**
 * One operation as it was done. `before`: the words at `at` and after it, in reading order, which `after`
 * replaces. An added word has none before it; `where` says where it was put: after or before the word `at`,
 * or in a new block that comes before the block `at`.
 */
export const changeSchema = z.object({
  op: z.enum(["replace", "join", "split", "add", "remove"]),
  at: place,
  where: z.enum(["after", "before", "block"]).optional(),
  before: z.array(wordSchema),
  after: z.array(wordSchema),
});
export type Change = z.output<typeof changeSchema>;

/**
 * One correction of a page, as it is stored beside the page: who changed what, and when. `revision` counts
 * the corrections of the page from 1. Its changes belong to the words of the revision before it.
 */
export const correctionSchema = z.object({
  page: z.int().positive(),
  revision: z.int().positive(),
  corrected_ms: z.int(),
  user_id: z.int(),
  changes: z.array(changeSchema).min(1),
});
export type Correction = z.output<typeof correctionSchema>;

/** How many words a correction's record has. */
export function wordsIn({ changes }: Pick<Correction, "changes">): number {
  return changes.reduce((sum, { before, after }) => sum + before.length + after.length, 0);
}

/** A record is missing, or belongs to other words than those that are there. */
export class DamagedCorrection extends Error {
  override readonly name = "DamagedCorrection";
}
