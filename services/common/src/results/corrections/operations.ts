import { z } from "zod";
import { boxSchema } from "../page-result.ts";

/** The longest text of a word, in characters. */
const longestText = 200;
/** The most operations of one correction. */
export const mostOperations = 200;
const mostJoined = 20;

const textMessage = `must be 1 to ${longestText} characters without white space: split makes several words`;
const text = z
  .string(textMessage)
  .min(1, textMessage)
  .max(longestText, textMessage)
  // Lone surrogates (Cs) have no place in UTF-8.
  .refine((text) => !/[\s\p{Cc}\p{Cs}]/u.test(text), textMessage);
const wordMessage = "must be the number of a word: 0, 1, 2 and so on";
const word = z.int(wordMessage).nonnegative(wordMessage);
const boxMessage = "must be [left, top, right, bottom] in whole pixels";
const joined = `must be 2 to ${mostJoined} numbers of words`;
const parts = `must be 2 to ${mostJoined} texts`;

/**
 * What a correction does to the words of a page. A word is named by its place in the page's reading order,
 * from 0, as it was before the whole correction. `add` puts a word after another one, or where its box
 * belongs.
 */
export const operationSchema = z.discriminatedUnion(
  "op",
  [
    z.strictObject({ op: z.literal("replace"), word, text }),
    z.strictObject({
      op: z.literal("join"),
      words: z.array(word, joined).min(2, joined).max(mostJoined, joined),
    }),
    z.strictObject({
      ...{ op: z.literal("split"), word },
      texts: z.array(text, parts).min(2, parts).max(mostJoined, parts),
    }),
    z.strictObject({
      ...{ op: z.literal("add"), text, after: word.optional() },
      box: z.tuple(boxSchema.def.items, boxMessage),
    }),
    z.strictObject({ op: z.literal("remove"), word }),
  ],
  "must be an object whose `op` is replace, join, split, add or remove",
);
export type Operation = z.output<typeof operationSchema>;

/** An operation that a page does not allow. `field` is inside the operation, such as `words`. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  /** The place of the operation, from 0. */
  readonly operation: number;
  readonly field: string;

  constructor(operation: number, field: string, message: string) {
    super(message);
    this.operation = operation;
    this.field = field;
  }
}
