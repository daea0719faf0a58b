/** "OWac": marks a file as one of this store. */
export const applicationId = 0x4f576163;

/** People get ids from here on. The smaller ones are reserved for built-in users. */
const firstId = 1000;

/**
 * The steps from each version of the schema to the next one, from version 0, an empty file. Append only: a
 * step that was released is never changed. An older service may still run while a newer one has migrated the
 * file, so a step must not break it.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE users (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     spelling TEXT NOT NULL UNIQUE,
     password_hash TEXT NOT NULL,
     can_order INTEGER NOT NULL CHECK (can_order IN (0, 1)),
     operator INTEGER NOT NULL CHECK (operator IN (0, 1)),
     disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
     kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'demo', 'program')),
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   INSERT INTO sqlite_sequence (name, seq) VALUES ('users', ${firstId - 1});`,
  `CREATE TABLE sessions (
     family BLOB PRIMARY KEY,
     user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
     current BLOB NOT NULL,
     previous BLOB,
     created_at INTEGER NOT NULL,
     rotated_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX sessions_of_user ON sessions (user_id, rotated_at);
   CREATE INDEX sessions_by_creation ON sessions (created_at);
   CREATE INDEX sessions_by_rotation ON sessions (rotated_at);
   CREATE TRIGGER end_sessions AFTER UPDATE OF disabled, password_hash ON users
     WHEN new.disabled = 1 OR new.password_hash <> old.password_hash
     BEGIN DELETE FROM sessions WHERE user_id = new.id; END;`,
];
