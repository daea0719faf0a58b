import { z } from "zod";
import { type Account, type AccountStore, NameTaken, spellingOf } from "../accounts/account.ts";
import { programName } from "../accounts/built-in-users.ts";
import { hashPassword } from "../accounts/password.ts";
import { passwordFault } from "./password-rules.ts";

const named = { name: z.string() };
const rights = { order: z.boolean().optional(), operator: z.boolean().optional() };

/** What `npm run users` asks for. */
export const userRequestSchema = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("add"), ...named, ...rights, password: z.string() }),
  z.strictObject({ command: z.literal("list") }),
  z.strictObject({ command: z.literal("password"), ...named, password: z.string() }),
  z.strictObject({ command: z.literal("allow"), ...named, ...rights }),
  z.strictObject({ command: z.literal("disable"), ...named }),
  z.strictObject({ command: z.literal("remove"), ...named }),
]);
export type UserRequest = z.output<typeof userRequestSchema>;

/** Letters, digits and what is usual in names and addresses, so that a name can be read out and typed. */
const nameForm = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,63}$/u;

/** The request cannot be fulfilled. `advice` says what to do instead. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/**
 * Reads or changes the accounts. @returns the users that were read, or the one that was changed
 * @throws RequestRefused
 */
export async function manageUsers(accounts: AccountStore, request: UserRequest): Promise<Account[]> {
  switch (request.command) {
    case "list":
      return accounts.list();
    case "add":
      return [await add(accounts, request)];
    case "remove": {
      const account = await personOf(accounts, request.name);
      await accounts.remove(account.id);
      return [account];
    }
    case "password": {
      const account = await personOf(accounts, request.name);
      const passwordHash = await hashOfNew(request.password, account.name);
      return [await changed(accounts, account, { passwordHash })];
    }
    case "allow": {
      const account = await personOf(accounts, request.name);
      const { order: canOrder, operator } = request;
      return [await changed(accounts, account, { disabled: false, canOrder, operator })];
    }
    case "disable":
      return [await changed(accounts, await personOf(accounts, request.name), { disabled: true })];
  }
}

async function add(
  accounts: AccountStore,
  { name, order = false, operator = false, password }: Extract<UserRequest, { command: "add" }>,
): Promise<Account> {
  if (!nameForm.test(name)) {
    throw new RequestRefused(
      `${JSON.stringify(name)} cannot be a user's name.`,
      "Use 1 to 64 letters, digits and the characters . _ @ + -, beginning with a letter or digit.",
    );
  }
  if (spellingOf(name) === programName) {
    throw new RequestRefused(`${programName} is the name of the program's own user.`, "Use another name.");
  }
  const taken = await accounts.find(name);
  if (taken !== undefined) throw nameTaken(taken);
  const passwordHash = await hashOfNew(password, name);
  try {
    return await accounts.add({ name, passwordHash, canOrder: order, operator });
  } catch (error) {
    // Another process may have added the user since.
    if (error instanceof NameTaken) throw nameTaken({ name });
    throw error;
  }
}

function nameTaken({ name }: Pick<Account, "name">): RequestRefused {
  return new RequestRefused(
    `There is already a user ${name}.`,
    "Use another name. `npm run users -- list` shows all users.",
  );
}

async function hashOfNew(password: string, name: string): Promise<string> {
  const fault = passwordFault(password, name);
  if (fault !== undefined) throw new RequestRefused(`The password ${fault}.`, "Choose another password.");
  return hashPassword(password);
}

async function personOf(accounts: AccountStore, name: string): Promise<Account> {
  const account = await accounts.find(name);
  if (account === undefined) {
    throw new RequestRefused(`There is no user ${name}.`, "`npm run users -- list` shows all users.");
  }
  if (account.kind === "person") return account;
  throw new RequestRefused(
    `${account.name} belongs to the stack and cannot be changed.`,
    account.kind === "demo"
      ? "To remove the demo users: npm run pulumi -- config set demoUsers false --stack <stack>, then `up`."
      : "Use another user.",
  );
}

async function changed(
  accounts: AccountStore,
  account: Account,
  change: Parameters<AccountStore["change"]>[1],
): Promise<Account> {
  const after = await accounts.change(account.id, change);
  if (after === undefined) {
    throw new RequestRefused(`The user ${account.name} was removed meanwhile.`, "Add the user again.");
  }
  return after;
}
