/** Version of the schema and of the rows' content. A table of another version is filled again. */
export const version = 1;

/** The end of an order that has not ended: later than any other. */
export const notEnded = Number.MAX_SAFE_INTEGER;

/**
 * `place` is the order's score in its user's list. `name` is what the sort by title number compares. `words`
 * is what `q` looks in, in lower case.
 */
export const schema = `
CREATE TABLE listed (
  order_id TEXT NOT NULL UNIQUE,
  user_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  status TEXT NOT NULL,
  finished_ms INTEGER NOT NULL,
  title_number TEXT,
  document_type TEXT,
  name TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX listed_place ON listed (user_id, place);
CREATE INDEX listed_status ON listed (user_id, status, finished_ms);
CREATE INDEX listed_end ON listed (user_id, finished_ms, place);
CREATE INDEX listed_name ON listed (user_id, name, place);
CREATE INDEX listed_expiry ON listed (finished_ms);
`;

export const putStatement = `
INSERT INTO listed
  (order_id, user_id, place, status, finished_ms, title_number, document_type, name, words)
VALUES
  ($order_id, $user_id, $place, $status, $finished_ms, $title_number, $document_type, $name, $words)
ON CONFLICT (order_id) DO UPDATE SET
  place = excluded.place, status = excluded.status,
  finished_ms = excluded.finished_ms, words = excluded.words`;
