const snippetWords = 24;
/** Version of the schema and of `searchableText`. An index of another version is rebuilt. */
export const version = 5;

/**
 * `owner` repeats the user in the full-text table, so that a search reads the entries of one user only.
 * `text` and `apart` are the two readings of words divided at a line's end.
 * Prefixes of two and three letters have their own index. Without it a search by prefix takes ten times as
 * long.
 */
export const schema = `
CREATE TABLE state (stage TEXT NOT NULL) STRICT;
INSERT INTO state VALUES ('new');
CREATE TABLE document (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL UNIQUE,
  user_id INTEGER NOT NULL,
  title_number TEXT,
  document_type TEXT,
  file_name TEXT,
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
CREATE VIRTUAL TABLE page_text USING fts5
  (owner, text, apart, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
`;

/** Words that are only found as parts of a divided word do not affect the order of the results. */
export const searchStatement = `
SELECT order_id, title_number, document_type, file_name, page.page,
  snippet(page_text, 1, char(2), char(3), '…', ${snippetWords}) AS snippet,
  snippet(page_text, 2, char(2), char(3), '…', ${snippetWords}) AS snippet_apart
FROM page_text JOIN page ON page.id = page_text.rowid JOIN document ON document.id = page.document
WHERE page_text MATCH $match AND user_id = $user_id AND is_whole
  AND document.id <= $newest AND expires_ms > $now_ms
  AND ($title_number IS NULL OR title_number = $title_number)
  AND ($document_type IS NULL OR document_type = $document_type)
  AND order_id = ifnull($order_id, order_id)
ORDER BY bm25(page_text, 0, 1, 0), finished_ms DESC, order_id, page.page
LIMIT $limit OFFSET $offset`;

export const ordersStatement = `
SELECT DISTINCT order_id
FROM page_text JOIN page ON page.id = page_text.rowid JOIN document ON document.id = page.document
WHERE page_text MATCH $match AND user_id = $user_id AND is_whole AND expires_ms > $now_ms`;

/** The tables for PRAGMA quick_check. Without a list it would also check every word of every page's text. */
export const tables = [
  ...["state", "document", "page", "page_text_content", "page_text_data"],
  ...["page_text_idx", "page_text_docsize", "page_text_config"],
];
