import { text } from "node:stream/consumers";
import { folderVariable, readEnvironment } from "@orbital-witness/common/environment.ts";
import { z } from "zod";
import { AccountsUnavailable } from "../accounts/account.ts";
import { AccountFile } from "../accounts/sqlite/account-file.ts";
import { openDatabase } from "../accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "../accounts/sqlite/sqlite-accounts.ts";
import { manageUsers, RequestRefused, userRequestSchema } from "./manage-users.ts";

/**
 * `npm run users` runs this program in the Auth API's container. The request is JSON on standard input,
 * because it may contain a password and every process of the machine can read an argument list. The answer is
 * JSON on standard output: `{users}`, or `{refused: {message, advice}}`.
 */
const { ACCOUNTS_FOLDER } = readEnvironment(z.object({ ACCOUNTS_FOLDER: folderVariable }), process.env);
const file = new AccountFile(() => openDatabase(ACCOUNTS_FOLDER));
try {
  const request = userRequestSchema.parse(JSON.parse(await text(process.stdin)));
  const users = (await manageUsers(new SqliteAccounts(file), request)).map(
    ({ passwordHash: _, ...user }) => user,
  );
  console.log(JSON.stringify({ users }));
} catch (error) {
  if (error instanceof RequestRefused) answerRefused(error.message, error.advice);
  else if (error instanceof AccountsUnavailable) answerRefused(error.message, "See docs/accounts.md.");
  else throw error;
} finally {
  file.close();
}

function answerRefused(message: string, advice: string): void {
  console.log(JSON.stringify({ refused: { message, advice } }));
}
