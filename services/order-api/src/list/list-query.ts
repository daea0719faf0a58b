import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import {
  documentTypeSchema,
  type OrderStatus,
  orderIdSchema,
  orderStatuses,
  orderStatusSchema,
  titleNumberSchema,
} from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { lowerCase } from "./list-row.ts";
import type { ListPlace, SortKey } from "./list-table.ts";

const limitMessage = "must be a whole number from 1 to 100";
const offsetMessage = "must be a whole number from 0 to 10000000";
const cursorMessage = "must be the `next` of a list with the same `sort`";
const maxQueryLength = 200;
const maxWords = 16;
const queryMessage = `must have at most ${maxQueryLength} characters and ${maxWords} words`;

const wholeNumber = (text: unknown) =>
  typeof text === "string" && /^\d{1,8}$/.test(text) ? Number(text) : text;

export const limitSchema = z.preprocess(
  wholeNumber,
  z.int(limitMessage).min(1, limitMessage).max(100, limitMessage).default(20),
);

/** The filters of a list, which bulk actions have too. */
export const filterFields = {
  q: z
    .string(queryMessage)
    .max(maxQueryLength, queryMessage)
    .refine((q) => wordsOf(q).length <= maxWords, queryMessage)
    .optional()
    .meta({
      description:
        "Words that are all a part of the order's title number, type, file name or failure reason, or that " +
        "all occur on a page of its result, as `GET /search` finds them. Case makes no difference",
      example: "OW123 lease",
    }),
  status: z
    .preprocess(
      asList,
      z.array(orderStatusSchema).max(orderStatuses.length, "must not be given more often").optional(),
    )
    .meta({ description: "May be given several times" }),
  title_number: titleNumberSchema.optional(),
  document_type: documentTypeSchema.optional(),
};

const allMessage = "must be true or left out";
const selectMessage =
  "is required without a filter: send all=true to change all your orders, or q, status, title_number or " +
  "document_type";

const cursorField = z
  .string(cursorMessage)
  .regex(/^[A-Za-z0-9_-]{1,1600}$/, cursorMessage)
  .optional();

/** As many ids as fit into a form of 64 KiB. */
const maxExcept = 1000;
const exceptMessage = `must be at most ${maxExcept} order ids`;

/** What a bulk action takes. */
export const bulkFields = {
  ...filterFields,
  all: z
    .preprocess((given) => (given === "true" ? true : given), z.literal(true, allMessage).optional())
    .meta({ description: "Without a filter, confirms that all orders are meant" }),
  except: z
    .preprocess(asList, z.array(orderIdSchema, exceptMessage).max(maxExcept, exceptMessage).optional())
    .meta({ description: "Matching orders that stay as they are. May be given several times" }),
  cursor: cursorField.meta({ description: "The `next` of the previous answer" }),
};

/** A field that may be given several times. */
function asList(given: unknown): unknown {
  return given === undefined || Array.isArray(given) ? given : [given];
}

export const sorts = [
  ...["-created", "created", "-finished", "finished", "-title_number", "title_number"],
] as const;

export const listQuery = z.object({
  ...filterFields,
  sort: z
    .enum(sorts, `must be one of ${sorts.join(", ")}`)
    .default("-created")
    .meta({
      description:
        "With `-`, the newest, last finished or greatest comes first. Orders that have not ended count as " +
        "finished last. Orders without a title number come after all others, by file name",
    }),
  limit: limitSchema.meta({ description: "The most orders on a page" }),
  offset: z
    .preprocess(
      wholeNumber,
      z.int(offsetMessage).min(0, offsetMessage).max(10_000_000, offsetMessage).default(0),
    )
    .meta({ description: "How many orders to skip after the start or the `cursor`" }),
  cursor: cursorField.meta({ description: "The `next` of the previous page" }),
});

/** A list that a client asked for. `isPlain`: as versions without search and sorting could ask for it. */
export type ListRequest = {
  q: string;
  words: string[];
  status: OrderStatus[];
  title_number: string | undefined;
  document_type: string | undefined;
  sort: SortKey;
  isDescending: boolean;
  limit: number;
  offset: number;
  after: ListPlace | undefined;
  isPlain: boolean;
};

/** Throws 422 for a field that is wrong. */
export function parseListRequest(url: string): ListRequest {
  const {
    q = "",
    status = [],
    sort,
    cursor,
    ...fields
  } = parseFields(listQuery, fieldsOf(new URL(url).searchParams));
  const isDescending = sort.startsWith("-");
  const key = sortKeyOf(sort);
  const words = wordsOf(q);
  return {
    ...{ limit: fields.limit, offset: fields.offset },
    ...{ title_number: fields.title_number, document_type: fields.document_type },
    ...{ q, words, status, sort: key, isDescending },
    after: cursor === undefined ? undefined : placeOf(cursor, key),
    isPlain:
      words.length === 0 &&
      status.length <= 1 &&
      sort === "-created" &&
      fields.offset === 0 &&
      fields.document_type === undefined,
  };
}

/** The orders that a bulk action is about. */
export type BulkRequest = Pick<
  ListRequest,
  "q" | "words" | "status" | "title_number" | "document_type" | "after"
> & { except: ReadonlySet<string> };

/** Throws 422 for a field that is wrong, and if neither a filter nor `all` is given. */
export function parseBulkRequest(url: string, fields: Record<string, unknown>): BulkRequest {
  const given = { ...fieldsOf(new URL(url).searchParams), ...fields };
  const { q = "", status = [], all, except, cursor, ...names } = parseFields(z.object(bulkFields), given);
  const words = wordsOf(q);
  const { title_number, document_type } = names;
  const isFiltered = words.length + status.length > 0 || (title_number ?? document_type) !== undefined;
  if (!isFiltered && !all) throw wrongField("all", selectMessage);
  const after = cursor === undefined ? undefined : placeOf(cursor, "created");
  return { q, words, status, title_number, document_type, after, except: new Set(except) };
}

function wrongField(field: string, message: string, cause?: unknown): Problem {
  return new Problem(422, "invalid_fields", `${field} ${message}`, { errors: [{ field, message }], cause });
}

export function wordsOf(q: string): string[] {
  return lowerCase(q).split(/\s+/).filter(Boolean);
}

/** A cursor of a list by creation is the place alone, as in earlier versions. */
export function cursorOf({ value, place }: ListPlace, sort: SortKey): string {
  const text = sort === "created" ? String(place) : JSON.stringify([value, place]);
  return Buffer.from(text).toString("base64url");
}

const place = z.int().nonnegative();
const cursorForms = {
  created: place.transform((number) => ({ value: number, place: number })),
  finished: z.tuple([z.int(), place]).transform(([value, number]) => ({ value, place: number })),
  title_number: z.tuple([z.string(), place]).transform(([value, number]) => ({ value, place: number })),
};

function placeOf(cursor: string, sort: SortKey): ListPlace {
  try {
    return cursorForms[sort].parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch (cause) {
    throw wrongField("cursor", cursorMessage, cause);
  }
}

function sortKeyOf(sort: (typeof sorts)[number]): SortKey {
  switch (sort) {
    case "created":
    case "-created":
      return "created";
    case "finished":
    case "-finished":
      return "finished";
    case "title_number":
    case "-title_number":
      return "title_number";
  }
}
