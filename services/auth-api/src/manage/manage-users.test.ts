import { beforeEach, expect, test } from "vitest";
import { demoUsers, keepBuiltInUsers } from "../accounts/built-in-users.ts";
import { AccountFile } from "../accounts/sqlite/account-file.ts";
import { openMemory } from "../accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "../accounts/sqlite/sqlite-accounts.ts";
import { UserDirectory } from "../accounts/user-directory.ts";
import { manageUsers, RequestRefused, type UserRequest } from "./manage-users.ts";

const password = "unseen marble kettle";
let accounts: SqliteAccounts;
let users: UserDirectory;
beforeEach(async () => {
  accounts = new SqliteAccounts(new AccountFile(openMemory));
  users = new UserDirectory(accounts);
  await keepBuiltInUsers(accounts, { demo: true, programPassword: "p".repeat(40) });
});

const ask = (request: UserRequest) => manageUsers(accounts, request);

test("a user who was added can sign in with the rights that were given", async () => {
  await ask({ command: "add", name: "Dora", order: true, password });
  expect(await users.find("dora", password)).toEqual({
    ...{ user_id: 1000, username: "Dora", can_order: true, operator: false },
  });
  expect(await users.find("dora", "another password")).toBeUndefined();
  await ask({ command: "add", name: "emil@example.org", operator: true, password });
  expect(await accounts.find("emil@example.org")).toMatchObject({ canOrder: false, operator: true });
  expect((await ask({ command: "list" })).map(({ name }) => name)).toEqual([
    ...demoUsers.map(({ name }) => name),
    ...["orbital-witness", "Dora", "emil@example.org"],
  ]);
});

test("a new password replaces the old one", async () => {
  await ask({ command: "add", name: "dora", password });
  await ask({ command: "password", name: "DORA", password: "kX9#mqL2vBnT" });
  expect(await users.find("dora", password)).toBeUndefined();
  expect(await users.find("dora", "kX9#mqL2vBnT")).toBeDefined();
});

test("disabling ends sign-ins; allowing permits them and changes only the rights that it names", async () => {
  await ask({ command: "add", name: "dora", operator: true, password });
  await ask({ command: "disable", name: "dora" });
  expect(await users.find("dora", password)).toBeUndefined();
  await ask({ command: "allow", name: "dora", order: true });
  expect(await users.find("dora", password)).toMatchObject({ can_order: true, operator: true });
  expect(await accounts.find("dora")).toMatchObject({ canOrder: true, operator: true, disabled: false });
  await ask({ command: "allow", name: "dora", order: false, operator: false });
  expect(await accounts.find("dora")).toMatchObject({ canOrder: false, operator: false });
  await ask({ command: "remove", name: "dora" });
  expect(await accounts.find("dora")).toBeUndefined();
});

test.each<[UserRequest, string, string]>([
  [{ command: "add", name: "alice", password }, "There is already a user alice.", "Use another name."],
  [{ command: "add", name: "\uFF21LICE", password }, "There is already a user alice.", "Use another name."],
  [{ command: "add", name: "Orbital-Witness", password }, "the program's own user", "Use another name."],
  [{ command: "add", name: "a b", password }, '"a b" cannot be a user\'s name.', "1 to 64 letters"],
  [{ command: "add", name: "", password }, "cannot be a user's name.", "1 to 64 letters"],
  [{ command: "add", name: "x".repeat(65), password }, "cannot be a user's name.", "1 to 64 letters"],
  [{ command: "add", name: "a\u001b[31m", password }, "cannot be a user's name.", "1 to 64 letters"],
  [{ command: "add", name: "dora", password: "short" }, "The password must have at least 12", "Choose"],
  [{ command: "password", name: "dora", password }, "There is no user dora.", "list"],
  [{ command: "allow", name: "dora", order: true }, "There is no user dora.", "list"],
  [{ command: "disable", name: "bob" }, "bob belongs to the stack and cannot be changed.", "demoUsers false"],
  [{ command: "remove", name: "orbital-witness" }, "belongs to the stack", "Use another user."],
])("%j is refused, with a reason and what to do", async (request, message, advice) => {
  const before = await accounts.list();
  const refused = ask(request);
  await expect(refused).rejects.toThrow(RequestRefused);
  await expect(refused).rejects.toMatchObject({
    message: expect.stringContaining(message),
    advice: expect.stringContaining(advice),
  });
  expect(await accounts.list()).toEqual(before);
});
