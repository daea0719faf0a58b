/**
 * Calls all functions one after the other, even if an earlier one fails. Rejects with an AggregateError of
 * all failures.
 */
export async function closeAll(closes: (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closes) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "not everything could be closed");
}
