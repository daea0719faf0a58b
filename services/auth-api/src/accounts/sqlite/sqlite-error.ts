/** SQLite's code of a broken UNIQUE constraint (SQLITE_CONSTRAINT_UNIQUE). */
const uniqueViolation = 2067;

export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

export function isUniqueViolation(error: unknown): boolean {
  return isSqliteError(error) && "errcode" in error && error.errcode === uniqueViolation;
}
