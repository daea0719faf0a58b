import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { DamagedDatabaseError, Database } from "../threads/database.ts";
import { ordersStatement, schema, searchStatement, tables, version } from "./search-schema.ts";
import { searchableText } from "./search-text.ts";

export type IndexedOrder = Pick<OrderRecord, "order_id" | "user_id" | DocumentNames> & {
  finished_ms: number;
};
type DocumentNames = "title_number" | "document_type" | "file_name";

export type IndexedPage = { page: number; text: string };

/**
 * The position of the next results. `newest` is the latest document at the first search, so that orders added
 * later do not shift the results.
 */
export type SearchPlace = { offset: number; newest: number };

export type Search = {
  user_id: number;
  /** From `parseQuery`. */
  match: string;
  title_number?: string | undefined;
  document_type?: string | undefined;
  order_id?: string | undefined;
  limit: number;
  from?: SearchPlace | undefined;
};

/** `snippet` has `hitBegin` before and `hitEnd` after each hit, and no other control characters. */
export type SearchHit = Pick<OrderRecord, "order_id" | DocumentNames> & {
  page: number;
  snippet: string;
};

export type SearchResults = { hits: SearchHit[]; next: SearchPlace | undefined };

/**
 * How far a new index has been filled. `listed`: Redis lists the orders that belong in it. `complete`: it has
 * all of them.
 */
const stages = ["new", "listed", "complete"] as const;
export type Stage = (typeof stages)[number];

export const hitBegin = "\u0002";
export const hitEnd = "\u0003";

const idRow = z.object({ id: z.int() });
const textOrNull = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);
const hitRow = z
  .object({
    ...{ order_id: z.string(), page: z.int() },
    ...{ title_number: textOrNull, file_name: textOrNull },
    ...{ snippet: z.string(), snippet_apart: z.string() },
    document_type: textOrNull.pipe(
      z.custom<IndexedOrder["document_type"]>((type) => type === undefined || typeof type === "string"),
    ),
  })
  .transform(({ snippet, snippet_apart, ...hit }) => {
    const isApart = !snippet.includes(hitBegin) && snippet_apart.includes(hitBegin);
    return { ...hit, snippet: isApart ? snippet_apart : snippet };
  });

/**
 * The words of all pages, in an SQLite file that several processes may have open. Methods are synchronous.
 * They throw DamagedDatabaseError for a damaged file, and SQLite's own errors otherwise.
 */
export class SearchIndex {
  readonly #database: Database;
  readonly #retentionMs: number;

  /**
   * Creates the file if it does not exist. `retentionMs`: how long an order and its result are kept after the
   * order's end.
   */
  constructor(file: string, retentionMs: number) {
    this.#retentionMs = retentionMs;
    // FULL is needed because Redis then forgets that the order has to be indexed.
    this.#database = new Database(file, { schema, version, synchronous: "FULL" });
    try {
      this.#keepFor(retentionMs);
      this.#check();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get stage(): Stage {
    const state = z.object({ stage: z.enum(stages) });
    return this.#database.guarded(() => state.parse(this.#database.prepared("SELECT stage FROM state").get()))
      .stage;
  }

  set stage(stage: Stage) {
    this.#database.guarded(() => this.#database.prepared("UPDATE state SET stage = $stage").run({ stage }));
  }

  /**
   * Begins an order's document, and removes an earlier one. Pages are added in several steps, between which
   * searches may run. They are found only after `finish`. Returns the document's id.
   */
  begin(order: IndexedOrder): number {
    return this.#database.transaction(() => {
      this.#remove(order.order_id);
      return this.#insert(
        `INSERT INTO document
          (order_id, user_id, title_number, document_type, file_name, finished_ms, expires_ms)
        VALUES
          ($order_id, $user_id, $title_number, $document_type, $file_name, $finished_ms, $expires_ms)
        RETURNING id`,
        {
          ...order,
          title_number: order.title_number ?? null,
          document_type: order.document_type ?? null,
          file_name: order.file_name ?? null,
          expires_ms: order.finished_ms + this.#retentionMs,
        },
      );
    });
  }

  /** Throws if `begin` has been called for the order again. */
  add(documentId: number, userId: number, pages: readonly IndexedPage[]): void {
    this.#database.transaction(() => {
      for (const page of pages) this.#addPage(documentId, userId, page);
    });
  }

  /** Replaces the text of a page. False if the index does not have the whole document. */
  replace(orderId: string, { page, text }: IndexedPage): boolean {
    return this.#database.transaction(() => {
      const found = "SELECT id, user_id FROM document WHERE order_id = $orderId AND is_whole";
      const row = this.#database.prepared(found).get({ orderId });
      if (row === undefined) return false;
      const { id, user_id } = idRow.extend({ user_id: z.int() }).parse(row);
      const pages = "SELECT id FROM page WHERE document = $id AND page = $page";
      this.#database.prepared(`DELETE FROM page_text WHERE rowid IN (${pages})`).run({ id, page });
      this.#database.prepared("DELETE FROM page WHERE document = $id AND page = $page").run({ id, page });
      this.#addPage(id, user_id, { page, text });
      return true;
    });
  }

  finish(documentId: number): void {
    this.#database.guarded(() =>
      this.#database.prepared("UPDATE document SET is_whole = 1 WHERE id = $documentId").run({ documentId }),
    );
  }

  /** Returns the user's pages on which every term occurs, best first, then newest. */
  search({ user_id, match, title_number, document_type, order_id, limit, from }: Search): SearchResults {
    const place = from ?? { offset: 0, newest: this.#newest() };
    const rows = this.#database.guarded(() =>
      this.#database.prepared(searchStatement).all({
        ...{ user_id, ...place, now_ms: Date.now() },
        match: `owner : ${ownerWord(user_id)} AND {text apart} : (${match})`,
        title_number: title_number ?? null,
        document_type: document_type ?? null,
        order_id: order_id ?? null,
        // Reads one more than requested, which shows whether there is a next page.
        limit: limit + 1,
      }),
    );
    const hits = z.array(hitRow).parse(rows.slice(0, limit));
    return { hits, next: rows.length > limit ? { ...place, offset: place.offset + limit } : undefined };
  }

  /** The ids of the user's orders with a page on which every term occurs. */
  orders({ user_id, match }: Pick<Search, "user_id" | "match">): string[] {
    const of = `owner : ${ownerWord(user_id)} AND {text apart} : (${match})`;
    const rows = this.#database.guarded(() =>
      this.#database.prepared(ordersStatement).all({ user_id, match: of, now_ms: Date.now() }),
    );
    return z
      .array(z.object({ order_id: z.string() }))
      .parse(rows)
      .map(({ order_id }) => order_id);
  }

  /** Removes the document of an order, if there is one. */
  remove(orderId: string): void {
    this.#database.transaction(() => this.#remove(orderId));
  }

  /** Removes one order that has expired. Returns false if there was none. */
  removeExpired(): boolean {
    return this.#database.transaction(() => {
      const expired = "SELECT order_id FROM document WHERE expires_ms <= $now_ms LIMIT 1";
      const row = this.#database.prepared(expired).get({ now_ms: Date.now() });
      if (row === undefined) return false;
      this.#remove(z.object({ order_id: z.string() }).parse(row).order_id);
      return true;
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Applies a retention that was changed since the orders were added. */
  #keepFor(retentionMs: number): void {
    const changed = "WHERE expires_ms <> finished_ms + $retentionMs";
    const update = `UPDATE document SET expires_ms = finished_ms + $retentionMs ${changed}`;
    this.#database.transaction(() => this.#database.prepared(update).run({ retentionMs }));
  }

  #check(): void {
    const check = z.object({ quick_check: z.string() });
    for (const table of tables) {
      const row = this.#database.guarded(() =>
        this.#database.prepared(`PRAGMA quick_check('${table}')`).get(),
      );
      const { quick_check } = check.parse(row);
      if (quick_check !== "ok") throw new DamagedDatabaseError(quick_check);
    }
  }

  #remove(orderId: string): void {
    const pages =
      "SELECT page.id FROM page JOIN document ON document.id = page.document WHERE order_id = $orderId";
    this.#database.prepared(`DELETE FROM page_text WHERE rowid IN (${pages})`).run({ orderId });
    this.#database.prepared("DELETE FROM document WHERE order_id = $orderId").run({ orderId });
  }

  #addPage(documentId: number, userId: number, { page, text }: IndexedPage): void {
    const insertPage = "INSERT INTO page (document, page) VALUES ($documentId, $page) RETURNING id";
    const id = this.#insert(insertPage, { documentId, page });
    const insert = "INSERT INTO page_text (rowid, owner, text, apart) VALUES ($id, $owner, $joined, $apart)";
    this.#database.prepared(insert).run({ id, owner: ownerWord(userId), ...searchableText(text) });
  }

  #newest(): number {
    const newest = "SELECT ifnull(max(id), 0) AS id FROM document WHERE is_whole";
    return this.#database.guarded(() => idRow.parse(this.#database.prepared(newest).get())).id;
  }

  #insert(sql: string, values: Record<string, string | number | null>): number {
    return idRow.parse(this.#database.prepared(sql).get(values)).id;
  }
}

/** Returns a word that stands for the user. The tokenizer keeps it as one word. */
function ownerWord(userId: number): string {
  return `u${userId}`;
}
