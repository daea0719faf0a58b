/**
 * A queue that runs one piece of work at a time. `inTurn(work)` starts `work` once all earlier work has
 * settled, and settles as `work` does.
 */
export function singleFile(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const outcome = last.then(work);
    last = outcome.catch(() => undefined);
    return outcome;
  };
}
