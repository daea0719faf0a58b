import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../../../lib/scratch-folder.ts";
import { AccountsUnavailable } from "../account.ts";
import { openDatabase } from "./open-database.ts";
import { migrations } from "./schema.ts";

const fileIn = (folder: string) => path.join(folder, "accounts.sqlite");
const versionOf = (database: DatabaseSync) => database.prepare("PRAGMA user_version").get()?.user_version;
const schemaOf = (database: DatabaseSync) =>
  database.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();

/** A folder with a file that holds one user. */
function folderWithUser(steps = migrations): string {
  const folder = scratchFolder();
  const database = openDatabase(folder, steps);
  database.exec(
    `INSERT INTO users (name, spelling, password_hash, can_order, operator, created_at, updated_at)
     VALUES ('Dora', 'dora', '$argon2id$', 1, 0, 1, 1)`,
  );
  database.close();
  return folder;
}

const namesIn = (database: DatabaseSync) =>
  database
    .prepare("SELECT name FROM users")
    .all()
    .map(({ name }) => name);

test("a new folder gets an empty file that only its owner can read, and the file is kept", () => {
  const folder = folderWithUser();
  expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["accounts.created", "accounts.sqlite"]);
  expect(namesIn(openDatabase(folder))).toEqual(["Dora"]);
});

test("writes are on disk before they are answered", () => {
  const database = openDatabase(scratchFolder());
  expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
  expect(database.prepare("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
});

test("people get ids above those of built-in users", () => {
  const database = openDatabase(folderWithUser());
  expect(database.prepare("SELECT id FROM users").get()).toEqual({ id: 1000 });
});

test.each(migrations.map((_, index) => index + 1))("a file of version %i keeps its users", (version) => {
  const folder = folderWithUser(migrations.slice(0, version));
  const database = openDatabase(folder);
  expect(versionOf(database)).toBe(migrations.length);
  expect(namesIn(database)).toEqual(["Dora"]);
  expect(schemaOf(database)).toEqual(schemaOf(openDatabase(scratchFolder())));
});

test("a migration that fails leaves the file as it was", () => {
  const folder = folderWithUser();
  const steps = [...migrations, "CREATE TABLE more (id INTEGER) STRICT; INSERT INTO none VALUES (1);"];
  expect(() => openDatabase(folder, steps)).toThrow(/cannot be opened: no such table/);
  const database = openDatabase(folder);
  expect([versionOf(database), namesIn(database)]).toEqual([migrations.length, ["Dora"]]);
});

test("a file of a later version is refused", () => {
  const folder = folderWithUser([...migrations, "CREATE TABLE more (id INTEGER) STRICT;"]);
  expect(() => openDatabase(folder)).toThrow(/schema version \d+, but this service knows \d+ at most/);
});

const damages: Record<string, (file: string) => void> = {
  "an empty file": (file) => writeFileSync(file, ""),
  "half a file": (file) => writeFileSync(file, readFileSync(file).subarray(0, 6000)),
  "a file of text": (file) => writeFileSync(file, "not a database ".repeat(1000)),
  "a file with a damaged page": (file) => {
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 + 100);
    writeFileSync(file, bytes);
  },
  "no file although there was one": (file) => rmSync(file),
  "a folder in its place": (file) => {
    rmSync(file);
    copyFileSync("package.json", `${file}-wal`);
  },
  "another program's file": (file) => {
    rmSync(file);
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE users (id INTEGER)");
    other.close();
  },
};

test.each(Object.entries(damages))("%s is refused with a reason, and nothing is written", (_, damage) => {
  const folder = folderWithUser();
  const file = fileIn(folder);
  damage(file);
  const before = existsSync(file) ? readFileSync(file) : undefined;
  for (const _again of [1, 2]) {
    expect(() => openDatabase(folder)).toThrow(AccountsUnavailable);
    expect(() => openDatabase(folder)).toThrow(/accounts\.sqlite .*Put back a copy of the file/);
  }
  expect(existsSync(file) ? readFileSync(file) : undefined).toEqual(before);
});

test("a file that was put back is used again", () => {
  const folder = folderWithUser();
  copyFileSync(fileIn(folder), path.join(folder, "copy"));
  rmSync(fileIn(folder));
  expect(() => openDatabase(folder)).toThrow(/is missing, but it existed before/);
  copyFileSync(path.join(folder, "copy"), fileIn(folder));
  expect(namesIn(openDatabase(folder))).toEqual(["Dora"]);
});
