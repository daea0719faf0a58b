const bounds = [1, 2, 5, 10, 20, 50, 100, 200, Number.POSITIVE_INFINITY];
const barLength = 50;

/** One line with a bar for each range of values that is not empty, then the median, p99 and maximum. */
export function histogram(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const counts = bounds.map((bound, index) => {
    const from = bounds[index - 1] ?? 0;
    return { from, bound, count: values.filter((value) => value >= from && value < bound).length };
  });
  const most = Math.max(...counts.map(({ count }) => count));
  const lines = counts
    .filter(({ count }) => count > 0)
    .map(({ from, bound, count }) => {
      const range = bound === Number.POSITIVE_INFINITY ? `${from} or more` : `${from} to ${bound}`;
      const bar = "#".repeat(Math.ceil((count / most) * barLength));
      return `${range.padStart(12)} ${String(count).padStart(6)} ${bar}`;
    });
  const figures = [`median ${at(0.5).toFixed(1)}`, `p99 ${at(0.99).toFixed(1)}`, `most ${at(1).toFixed(1)}`];
  return [...lines, figures.join(", ")].join("\n");
}
