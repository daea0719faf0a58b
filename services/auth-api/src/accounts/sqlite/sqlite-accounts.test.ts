import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../../../lib/scratch-folder.ts";
import { AccountsUnavailable, NameTaken } from "../account.ts";
import { demoUsers } from "../built-in-users.ts";
import { AccountFile } from "./account-file.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteAccounts } from "./sqlite-accounts.ts";

const dora = { name: "Dora", passwordHash: "$argon2id$dora", canOrder: true, operator: false };

function storeIn(folder = scratchFolder()): SqliteAccounts {
  return new SqliteAccounts(new AccountFile(() => openDatabase(folder)));
}

const namesOf = async (store: SqliteAccounts) => (await store.list()).map(({ name }) => name);

test("a user is found by every spelling, and also by another process", async () => {
  const folder = scratchFolder();
  const store = storeIn(folder);
  const added = await store.add(dora);
  expect(added).toEqual({
    ...dora,
    ...{ id: 1000, disabled: false, kind: "person" },
    createdAt: expect.any(Date),
    updatedAt: added.createdAt,
  });
  for (const spelling of ["Dora", "dora ", "DORA", "\uFF24ora"]) {
    expect(await store.find(spelling)).toEqual(added);
    expect(await storeIn(folder).find(spelling)).toEqual(added);
  }
  expect(await store.find("dora2")).toBeUndefined();
});

test.each(["Dora", "dora", " DORA ", "\uFF24ora"])("%j is the same name, so it is taken", async (name) => {
  const store = storeIn();
  await store.add(dora);
  await expect(store.add({ ...dora, name })).rejects.toThrow(NameTaken);
  expect(await namesOf(store)).toEqual(["Dora"]);
});

test("a change alters only what it names", async () => {
  const store = storeIn();
  const { id } = await store.add(dora);
  expect(await store.change(id, { disabled: true })).toMatchObject({ ...dora, disabled: true });
  expect(await store.change(id, { operator: true, canOrder: false })).toMatchObject({
    ...dora,
    ...{ operator: true, canOrder: false, disabled: true },
  });
  expect(await store.change(id, { passwordHash: "new", disabled: false })).toMatchObject({
    ...{ passwordHash: "new", disabled: false, operator: true, canOrder: false },
  });
  expect(await store.change(7, { disabled: true })).toBeUndefined();
});

test("the id of a removed user is not used again, so the next one does not get their orders", async () => {
  const store = storeIn();
  const { id } = await store.add(dora);
  expect(await store.remove(id)).toBe(true);
  expect(await store.remove(id)).toBe(false);
  expect((await store.add(dora)).id).toBe(id + 1);
});

test("built-in users keep their ids, come and go, and never take the name of a person", async () => {
  const store = storeIn();
  expect(await store.keepBuiltIn(demoUsers)).toEqual([]);
  expect((await store.list()).map(({ id, name, kind }) => [id, name, kind])).toEqual([
    [1, "alice", "demo"],
    [2, "bob", "demo"],
    [3, "charlie", "demo"],
  ]);
  await store.add(dora);
  await store.keepBuiltIn([]);
  expect(await namesOf(store)).toEqual(["Dora"]);
  const { id } = await store.add({ ...dora, name: "Alice" });
  expect(id).toBe(1001);
  expect((await store.keepBuiltIn(demoUsers)).map(({ name }) => name)).toEqual(["alice"]);
  expect(await namesOf(store)).toEqual(["bob", "charlie", "Dora", "Alice"]);
  expect(await store.find("alice")).toMatchObject({ id: 1001, kind: "person" });
});

/** A folder with 10,000 users, user1 to user10000. Adding each alone would wait 10,000 times for the disk. */
function folderOfThousands(): string {
  const folder = scratchFolder();
  const database = openDatabase(folder);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
     INSERT INTO users (name, spelling, password_hash, can_order, operator, created_at, updated_at)
     SELECT 'User' || i, 'user' || i, '${"h".repeat(100)}', 1, 0, 1, 1 FROM n`,
  );
  database.close();
  return folder;
}

test("10,000 users are found and listed, and each name is still unique", async () => {
  const store = storeIn(folderOfThousands());
  expect(await store.list()).toHaveLength(10_000);
  expect(await store.find("USER9999")).toMatchObject({ name: "User9999", id: 10_998 });
  await expect(store.add({ ...dora, name: "user5000" })).rejects.toThrow(NameTaken);
  expect(await store.add(dora)).toMatchObject({ id: 11_000 });
});

test("a file that is damaged while it is used makes the store unavailable, never empty", async () => {
  const folder = folderOfThousands();
  const store = storeIn(folder);
  await store.check();
  const file = path.join(folder, "accounts.sqlite");
  const good = readFileSync(file);
  writeFileSync(file, "not a database ".repeat(100_000));
  for (const _again of [1, 2, 3]) await expect(store.list()).rejects.toThrow(AccountsUnavailable);
  writeFileSync(file, good);
  expect(await store.list()).toHaveLength(10_000);
});
