import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";

export type IndexedOrder = Pick<OrderRecord, "order_id" | "user_id" | "title_number" | "document_type"> & {
  finished_ms: number;
  /** When its time is over, and with it that of its result. */
  expires_ms: number;
};

export type IndexedPage = { page: number; text: string };

/** Where the following results begin; `newest` keeps what is indexed meanwhile from moving them. */
export type SearchPlace = { offset: number; newest: number };

export type Search = {
  user_id: number;
  /** As `parseQuery` gives it. */
  match: string;
  title_number?: string | undefined;
  document_type?: string | undefined;
  limit: number;
  from?: SearchPlace | undefined;
};

/** `snippet` has `hitBegin` before and `hitEnd` behind each hit, and no other control characters. */
export type SearchHit = Pick<OrderRecord, "order_id" | "title_number" | "document_type"> & {
  page: number;
  snippet: string;
};

export type SearchResults = { hits: SearchHit[]; next: SearchPlace | undefined };

/** Of an index made anew: `listed` once Redis lists the orders that it is to have, `complete` once it had them all. */
const stages = ["new", "listed", "complete"] as const;
export type Stage = (typeof stages)[number];

export const hitBegin = "\u0002";
export const hitEnd = "\u0003";

const snippetWords = 24;
/** Of the schema. An index of another version is made anew. */
const version = 1;

/**
 * `owner` repeats whose a page is, so that a search looks at the pages of one user only and not at those of all that have the words.
 * Two letters find their words by an index of their own: without it a beginning costs ten times as much.
 */
const schema = `
CREATE TABLE state (stage TEXT NOT NULL) STRICT;
INSERT INTO state VALUES ('new');
CREATE TABLE document (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL UNIQUE,
  user_id INTEGER NOT NULL,
  title_number TEXT NOT NULL,
  document_type TEXT NOT NULL,
  finished_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  is_whole INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX document_expiry ON document (expires_ms);
CREATE TABLE page (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
  page INTEGER NOT NULL
) STRICT;
CREATE INDEX page_document ON page (document);
CREATE VIRTUAL TABLE page_text USING fts5 (owner, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
PRAGMA user_version = ${version};
`;

const searchStatement = `
SELECT order_id, title_number, document_type, page.page,
  snippet(page_text, 1, char(2), char(3), '…', ${snippetWords}) AS snippet
FROM page_text JOIN page ON page.id = page_text.rowid JOIN document ON document.id = page.document
WHERE page_text MATCH $match AND user_id = $user_id AND is_whole AND document.id <= $newest AND expires_ms > $now_ms
  AND title_number = ifnull($title_number, title_number) AND document_type = ifnull($document_type, document_type)
ORDER BY bm25(page_text, 0, 1), finished_ms DESC, order_id, page.page
LIMIT $limit OFFSET $offset`;

/** What PRAGMA quick_check is to look at. Left alone it would also read each page's text again and look for its words. */
const tables = [
  ...["state", "document", "page", "page_text_content", "page_text_data"],
  ...["page_text_idx", "page_text_docsize", "page_text_config"],
];

const idRow = z.object({ id: z.int() });
const hitRow = z.object({
  ...{ order_id: z.string(), title_number: z.string(), page: z.int(), snippet: z.string() },
  document_type: z.custom<IndexedOrder["document_type"]>((type) => typeof type === "string"),
});

/** The file is no index of this version, or no longer a sound one: it is to be removed and made anew. */
export class DamagedIndexError extends Error {
  override readonly name = "DamagedIndexError";
}

/**
 * The words of all pages that were read, in an SQLite file that several processes may have open. Methods are synchronous, and throw
 * DamagedIndexError where the file is damaged, else as SQLite does.
 */
export class SearchIndex {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Makes the file where there is none. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    try {
      // On disk at each commit: nobody else remembers that the order is to be indexed.
      this.#guarded(() => this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
      this.#transaction(() => this.#prepareSchema());
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
   * Makes room for an order's pages, instead of those that it had. They are found once all are there: they come in several steps, between which there
   * is time for a search. Returns the document's id.
   */
  begin(order: IndexedOrder): number {
    return this.#transaction(() => {
      this.#remove(order.order_id);
      return this.#insert(
        `INSERT INTO document (order_id, user_id, title_number, document_type, finished_ms, expires_ms)
        VALUES ($order_id, $user_id, $title_number, $document_type, $finished_ms, $expires_ms) RETURNING id`,
        order,
      );
    });
  }

  /** Throws where the order was begun again meanwhile. */
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
        this.#prepared("INSERT INTO page_text (rowid, owner, text) VALUES ($id, $owner, $text)").run({
          id,
          owner: ownerWord(userId),
          text: searchable(text),
        });
      }
    });
  }

  finish(documentId: number): void {
    this.#guarded(() =>
      this.#prepared("UPDATE document SET is_whole = 1 WHERE id = $documentId").run({ documentId }),
    );
  }

  /** One's own pages on which all of it occurs, best first, then newest. */
  search({ user_id, match, title_number, document_type, limit, from }: Search): SearchResults {
    const place = from ?? { offset: 0, newest: this.#newest() };
    const rows = this.#guarded(() =>
      this.#prepared(searchStatement).all({
        ...{ user_id, ...place, now_ms: Date.now() },
        match: `owner : ${ownerWord(user_id)} AND text : (${match})`,
        title_number: title_number ?? null,
        document_type: document_type ?? null,
        // One more than is shown tells whether there are others.
        limit: limit + 1,
      }),
    );
    const hits = z.array(hitRow).parse(rows.slice(0, limit));
    return { hits, next: rows.length > limit ? { ...place, offset: place.offset + limit } : undefined };
  }

  /** Removes an order whose time is over; returns whether there was one. */
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
      throw new DamagedIndexError(`it has version ${user_version}, not ${version}`);
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

  #insert(sql: string, values: Record<string, string | number>): number {
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

/** One word to the tokenizer. */
function ownerWord(userId: number): string {
  return `u${userId}`;
}

/** On one line, words whole that a line's end divided, without what could be taken for the marks of a hit. */
function searchable(text: string): string {
  return text
    .replace(/(?<=\p{L})-\n(?=\p{Ll})/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

/** SQLITE_CORRUPT with its extended codes, and SQLITE_NOTADB. */
function isCorruption(error: unknown): error is Error {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return false;
  return [11, 26].includes(error.errcode & 0xff);
}
