import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { schema, searchStatement, tables, version } from "./search-schema.ts";
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

/** The file is not an index of this version, or is damaged. The caller removes it and has it rebuilt. */
export class DamagedIndexError extends Error {
  override readonly name = "DamagedIndexError";
}

/**
 * The words of all pages, in an SQLite file that several processes may have open. Methods are synchronous.
 * They throw DamagedIndexError for a damaged file, and SQLite's own errors otherwise.
 */
export class SearchIndex {
  readonly #database: DatabaseSync;
  readonly #retentionMs: number;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Creates the file if it does not exist. `retentionMs`: how long an order and its result are kept after the
   * order's end.
   */
  constructor(file: string, retentionMs: number) {
    this.#retentionMs = retentionMs;
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    try {
      // FULL writes each commit to disk. This is needed because Redis then forgets that the order has to be
      // indexed.
      this.#guarded(() => this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
      this.#transaction(() => this.#prepareSchema());
      this.#keepFor(retentionMs);
      this.#check();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get stage(): Stage {
    const state = z.object({ stage: z.enum(stages) });
    return this.#guarded(() => state.parse(this.#prepared("SELECT stage FROM state").get())).stage;
  }

  set stage(stage: Stage) {
    this.#guarded(() => this.#prepared("UPDATE state SET stage = $stage").run({ stage }));
  }

  /**
   * Begins an order's document, and removes an earlier one. Pages are added in several steps, between which
   * searches may run. They are found only after `finish`. Returns the document's id.
   */
  begin(order: IndexedOrder): number {
    return this.#transaction(() => {
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
    this.#transaction(() => {
      for (const { page, text } of pages) {
        const id = this.#insert(
          "INSERT INTO page (document, page) VALUES ($documentId, $page) RETURNING id",
          {
            documentId,
            page,
          },
        );
        const insert =
          "INSERT INTO page_text (rowid, owner, text, apart) VALUES ($id, $owner, $joined, $apart)";
        this.#prepared(insert).run({ id, owner: ownerWord(userId), ...searchableText(text) });
      }
    });
  }

  finish(documentId: number): void {
    this.#guarded(() =>
      this.#prepared("UPDATE document SET is_whole = 1 WHERE id = $documentId").run({ documentId }),
    );
  }

  /** Returns the user's pages on which every term occurs, best first, then newest. */
  search({ user_id, match, title_number, document_type, order_id, limit, from }: Search): SearchResults {
    const place = from ?? { offset: 0, newest: this.#newest() };
    const rows = this.#guarded(() =>
      this.#prepared(searchStatement).all({
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

  /** Removes one order that has expired. Returns false if there was none. */
  removeExpired(): boolean {
    return this.#transaction(() => {
      const expired = "SELECT order_id FROM document WHERE expires_ms <= $now_ms LIMIT 1";
      const row = this.#prepared(expired).get({ now_ms: Date.now() });
      if (row === undefined) return false;
      this.#remove(z.object({ order_id: z.string() }).parse(row).order_id);
      return true;
    });
  }

  close(): void {
    this.#database.close();
  }

  #prepareSchema(): void {
    const { user_version } = z
      .object({ user_version: z.int() })
      .parse(this.#database.prepare("PRAGMA user_version").get());
    if (user_version === 0) {
      this.#database.exec(schema);
      return;
    }
    if (user_version !== version)
      throw new DamagedIndexError(`the index has version ${user_version}, not ${version}`);
  }

  /** Applies a retention that was changed since the orders were added. */
  #keepFor(retentionMs: number): void {
    const changed = "WHERE expires_ms <> finished_ms + $retentionMs";
    const update = `UPDATE document SET expires_ms = finished_ms + $retentionMs ${changed}`;
    this.#transaction(() => this.#prepared(update).run({ retentionMs }));
  }

  #check(): void {
    const check = z.object({ quick_check: z.string() });
    for (const table of tables) {
      const row = this.#guarded(() => this.#database.prepare(`PRAGMA quick_check('${table}')`).get());
      const { quick_check } = check.parse(row);
      if (quick_check !== "ok") throw new DamagedIndexError(quick_check);
    }
  }

  #remove(orderId: string): void {
    const pages =
      "SELECT page.id FROM page JOIN document ON document.id = page.document WHERE order_id = $orderId";
    this.#prepared(`DELETE FROM page_text WHERE rowid IN (${pages})`).run({ orderId });
    this.#prepared("DELETE FROM document WHERE order_id = $orderId").run({ orderId });
  }

  #newest(): number {
    const newest = "SELECT ifnull(max(id), 0) AS id FROM document WHERE is_whole";
    return this.#guarded(() => idRow.parse(this.#prepared(newest).get())).id;
  }

  #insert(sql: string, values: Record<string, string | number | null>): number {
    return idRow.parse(this.#prepared(sql).get(values)).id;
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #transaction<T>(work: () => T): T {
    return this.#guarded(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isCorruption(error)) throw new DamagedIndexError(error.message, { cause: error });
      throw error;
    }
  }
}

/** Returns a word that stands for the user. The tokenizer keeps it as one word. */
function ownerWord(userId: number): string {
  return `u${userId}`;
}

/** SQLITE_CORRUPT with its extended codes, and SQLITE_NOTADB. */
function isCorruption(error: unknown): error is Error {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return false;
  return [11, 26].includes(error.errcode & 0xff);
}
