/**
 * Closes one after the other, each whether or not those before it could be closed; rejects with all their
 * errors.
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
