import { expect, test } from "vitest";
import { demoUsers, keepBuiltInUsers, programName } from "./built-in-users.ts";
import { hashPassword } from "./password.ts";
import { AccountFile } from "./sqlite/account-file.ts";
import { openMemory } from "./sqlite/open-database.ts";
import { SqliteAccounts } from "./sqlite/sqlite-accounts.ts";
import { UserDirectory, unknownHash } from "./user-directory.ts";

const programPassword = "p".repeat(40);

async function directory() {
  const accounts = new SqliteAccounts(new AccountFile(openMemory));
  await keepBuiltInUsers(accounts, { demo: true, programPassword });
  return { accounts, users: new UserDirectory(accounts) };
}

test("demo users have the ids that they had before there were accounts", async () => {
  const { users } = await directory();
  expect(await Promise.all(demoUsers.map(({ name }) => users.find(name, "password")))).toEqual([
    { user_id: 1, username: "alice", can_order: true, operator: false },
    { user_id: 2, username: "bob", can_order: true, operator: true },
    { user_id: 3, username: "charlie", can_order: false, operator: false },
  ]);
});

test("the program's user exists only with a password, and its hash is kept while that stays", async () => {
  const { accounts, users } = await directory();
  expect(await users.find(programName, programPassword)).toMatchObject({ user_id: 4, can_order: true });
  const before = await accounts.find(programName);
  await keepBuiltInUsers(accounts, { demo: false, programPassword });
  expect((await accounts.find(programName))?.passwordHash).toBe(before?.passwordHash);
  expect(await users.find("alice", "password")).toBeUndefined();
  await keepBuiltInUsers(accounts, { demo: false, programPassword: "q".repeat(40) });
  expect(await users.find(programName, programPassword)).toBeUndefined();
  expect(await users.find(programName, "q".repeat(40))).toMatchObject({ user_id: 4 });
  await keepBuiltInUsers(accounts, { demo: false });
  expect(await accounts.list()).toEqual([]);
});

test("a disabled user cannot sign in, and can again when enabled", async () => {
  const { accounts, users } = await directory();
  const passwordHash = await hashPassword("correct horse battery");
  const { id } = await accounts.add({ name: "dora", passwordHash, canOrder: false, operator: false });
  const find = () => users.find("Dora", "correct horse battery");
  expect(await find()).toEqual({ user_id: id, username: "dora", can_order: false, operator: false });
  await accounts.change(id, { disabled: true });
  expect(await find()).toBeUndefined();
  await accounts.change(id, { disabled: false });
  expect(await find()).toBeDefined();
});

test("an unknown name and a disabled user cost a hash, like a wrong password", async () => {
  const { accounts } = await directory();
  // Only checking it finds out that it is none.
  const users = new UserDirectory(accounts, "no hash");
  await expect(users.find("nobody", "password")).rejects.toThrow("not an argon2id PHC string");
  const alice = await accounts.find("alice");
  await accounts.change(alice?.id ?? 0, { disabled: true, passwordHash: "no hash" });
  await expect(users.find("alice", "password")).rejects.toThrow("not an argon2id PHC string");
});

test("the hash for unknown names costs as much as those of users", async () => {
  const { accounts } = await directory();
  const costs = (phc = "") => phc.replace(/[^$]*\$[^$]*$/, "");
  const lengths = (phc = "") => phc.split("$").map(({ length }) => length);
  const stored = (await accounts.find("alice"))?.passwordHash;
  expect(costs(unknownHash)).toBe("$argon2id$v=19$m=19456,t=2,p=1$");
  expect([costs(stored), lengths(stored)]).toEqual([costs(unknownHash), lengths(unknownHash)]);
});
