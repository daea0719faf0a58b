export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/**
 * Settles as `work` does, or rejects with a TimeLimitError after `limitMs`. The work itself continues and may
 * end later.
 */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new TimeLimitError(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
