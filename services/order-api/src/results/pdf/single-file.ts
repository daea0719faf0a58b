/**
 * A row in which work waits until all that came before is done, well or not: `inTurn(work)` is its outcome.
 */
export function singleFile(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const outcome = last.then(work);
    last = outcome.catch(() => undefined);
    return outcome;
  };
}
