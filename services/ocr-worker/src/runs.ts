/** Divides a list into runs. `joins`: whether an element belongs to the run with this last and first one. */
export function runsOf<T>(list: readonly T[], joins: (element: T, last: T, first: T) => boolean): T[][] {
  const runs: [T, ...T[]][] = [];
  for (const element of list) {
    const run = runs.at(-1);
    if (run && joins(element, run.at(-1) ?? run[0], run[0])) run.push(element);
    else runs.push([element]);
  }
  return runs;
}
