/** The percentile of `values` by the nearest-rank method; NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The median; the lower of the two middle values if their number is even; NaN without values. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Prints rows as a Markdown table whose columns are the keys of the first. */
export function printTable(rows: readonly Readonly<Record<string, string>>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(columns), line(columns.map(() => "---"))].join("\n"));
  for (const row of rows) {
    console.log(line(columns.map((column) => row[column] ?? "")));
  }
}
