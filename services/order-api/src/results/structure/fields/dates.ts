const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `20 December 2010`, `20th Dec 2010`, `20/12/2010`, `20 12 2010`, and `2010-12-20`. */
const patterns: readonly [RegExp, (match: RegExpExecArray) => (number | undefined)[]][] = [
  [
    /(\d{4})\s*[-–—./]\s*(\d{1,2})\s*[-–—./]\s*(\d{1,2})/,
    ([, year, month, day]) => [+(year ?? 0), +(month ?? 0), +(day ?? 0)],
  ],
  [
    /(\d{1,2})(?:st|nd|rd|th)?\s*(?:day of\s*)?([A-Za-z]{3,9})[.,]?\s*(\d{4})/,
    ([, day, month, year]) => [
      +(year ?? 0),
      months.indexOf((month ?? "").slice(0, 3).toLowerCase()) + 1,
      +(day ?? 0),
    ],
  ],
  [
    /(\d{1,2})\s*[-./ ]\s*(\d{1,2})\s*[-./ ]\s*(\d{4})/,
    ([, day, month, year]) => [+(year ?? 0), +(month ?? 0), +(day ?? 0)],
  ],
];

/** The first date in a text: as it is written, and as YYYY-MM-DD. In numbers, the day comes first. */
export function dateIn(text: string): { written: string; date: string } | undefined {
  for (const [pattern, parts] of patterns) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [year = 0, month = 0, day = 0] = parts(match);
    const date = new Date(Date.UTC(year, month - 1, day));
    const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1000;
    if (isReal) return { written: match[0], date: date.toISOString().slice(0, 10) };
  }
  return undefined;
}
