import { type OrderStatus, orderStatusSchema } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { Database } from "../threads/database.ts";
import type { ListRow } from "./list-row.ts";
import { notEnded, putStatement, schema, version } from "./list-schema.ts";

/** Which orders of a user a list has. */
export type ListFilter = {
  user_id: number;
  /** Empty for any. */
  status: readonly OrderStatus[];
  title_number?: string | undefined;
  document_type?: string | undefined;
  /** Words in lower case, which must all be part of the order's names or reason. Empty for any order. */
  words: readonly string[];
  /** Orders that are found by the text of their result, whatever their names are. */
  found: readonly string[];
};

export const sortKeys = { created: "place", finished: "finished_ms", title_number: "name" } as const;
export type SortKey = keyof typeof sortKeys;

/** The last order of a page: the value by which the list is sorted, and its place. */
export type ListPlace = { value: string | number; place: number };

export type ListQuery = ListFilter & {
  sort: SortKey;
  isDescending: boolean;
  limit: number;
  offset: number;
  after?: ListPlace | undefined;
};

export type StatusCounts = Partial<Record<OrderStatus, number>>;
/** `counts`: of all orders that pass the filter without its `status`. `next`: undefined on the last page. */
export type ListAnswer = { order_ids: string[]; counts: StatusCounts; next: ListPlace | undefined };

/** What is needed to bring a user's rows up to date. */
export type ListState = {
  /** The orders that may still change. A failed one may be retried. */
  open: { order_id: string; place: number; status: OrderStatus }[];
};

const pageRow = z.object({
  order_id: z.string(),
  value: z.union([z.string(), z.number()]),
  place: z.number(),
});
const countRow = z.object({ status: orderStatusSchema, count: z.int() });
const openRow = z.object({ order_id: z.string(), place: z.int(), status: orderStatusSchema });

/**
 * The orders of all users, to find, sort and count them, in an SQLite file. It can always be filled again
 * from Redis and the result store. Methods throw as `Database` does.
 */
export class ListTable {
  readonly #database: Database;
  readonly #retentionMs: number;

  /** `retentionMs`: how long an order is kept after its end. */
  constructor(file: string, retentionMs: number) {
    this.#database = new Database(file, { schema, version, synchronous: "NORMAL" });
    this.#retentionMs = retentionMs;
    const expired = "DELETE FROM listed WHERE finished_ms <= $cutoff";
    this.#database.transaction(() => this.#database.prepared(expired).run({ cutoff: this.#cutoff() }));
  }

  state(user_id: number): ListState {
    return this.#database.guarded(() => {
      const open = this.#database.prepared(
        `SELECT order_id, place, status FROM listed
        WHERE user_id = $user_id AND status NOT IN ('completed', 'cancelled') ORDER BY place`,
      );
      return { open: z.array(openRow).parse(open.all({ user_id })) };
    });
  }

  /** Puts rows in, and removes orders of the user that do not exist any more. */
  put(rows: readonly ListRow[], removed: readonly string[]): void {
    this.#database.transaction(() => {
      const put = this.#database.prepared(putStatement);
      for (const row of rows) put.run(row);
      const remove = this.#database.prepared("DELETE FROM listed WHERE order_id = $order_id");
      for (const order_id of removed) remove.run({ order_id });
    });
  }

  /** Removes all rows of the user whose orders are not among these. */
  keepOnly(user_id: number, orderIds: readonly string[]): void {
    const sql =
      "DELETE FROM listed WHERE user_id = $user_id AND order_id NOT IN (SELECT value FROM json_each($ids))";
    this.#database.transaction(() =>
      this.#database.prepared(sql).run({ user_id, ids: JSON.stringify(orderIds) }),
    );
  }

  /** The orders among these that have no row. */
  missing(orderIds: readonly string[]): string[] {
    const sql = `SELECT value AS order_id FROM json_each($ids)
      WHERE NOT EXISTS (SELECT 1 FROM listed WHERE order_id = value)`;
    const rows = this.#database.guarded(() =>
      this.#database.prepared(sql).all({ ids: JSON.stringify(orderIds) }),
    );
    return z
      .array(z.object({ order_id: z.string() }))
      .parse(rows)
      .map(({ order_id }) => order_id);
  }

  list(query: ListQuery): ListAnswer {
    const { status, sort, isDescending, limit, offset, after } = query;
    const column = sortKeys[sort];
    const [direction, next] = isDescending ? ["DESC", "<"] : ["ASC", ">"];
    const { where, values } = this.#condition(query);
    const paged = [where];
    const more: Record<string, string | number> = {};
    if (status.length > 0) {
      paged.push("status IN (SELECT value FROM json_each($status))");
      more.status = JSON.stringify(status);
    }
    if (after) {
      paged.push(`(${column}, place) ${next} ($value, $place)`);
      Object.assign(more, after);
    }
    return this.#database.guarded(() => {
      const rows = z.array(pageRow).parse(
        this.#database
          .prepared(
            `SELECT order_id, ${column} AS value, place FROM listed WHERE ${paged.join(" AND ")}
            ORDER BY ${column} ${direction}, place ${direction} LIMIT $limit OFFSET $offset`,
          )
          // Reads one more than requested, which shows whether there is a next page.
          .all({ ...values, ...more, limit: limit + 1, offset }),
      );
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        order_ids: page.map(({ order_id }) => order_id),
        counts: this.#counts(where, values),
        next: rows.length > limit && last ? { value: last.value, place: last.place } : undefined,
      };
    });
  }

  close(): void {
    this.#database.close();
  }

  #counts(where: string, values: Record<string, string | number>): StatusCounts {
    const sql = `SELECT status, count(*) AS count FROM listed WHERE ${where} GROUP BY status`;
    const rows = z.array(countRow).parse(this.#database.prepared(sql).all(values));
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  /** The condition for a filter without its status. */
  #condition({ user_id, title_number, document_type, words, found }: ListFilter) {
    const values: Record<string, string | number> = { user_id, cutoff: this.#cutoff() };
    const parts = ["user_id = $user_id", "finished_ms > $cutoff"];
    for (const [name, value] of Object.entries({ title_number, document_type })) {
      if (value === undefined) continue;
      parts.push(`${name} = $${name}`);
      values[name] = value;
    }
    if (words.length > 0) {
      const all = words.map((word, index) => {
        values[`word${index}`] = word;
        return `instr(words, $word${index}) > 0`;
      });
      values.found = JSON.stringify(found);
      parts.push(`(${all.join(" AND ")} OR order_id IN (SELECT value FROM json_each($found)))`);
    }
    return { where: parts.join(" AND "), values };
  }

  #cutoff(): number {
    return Math.min(Date.now() - this.#retentionMs, notEnded - 1);
  }
}
