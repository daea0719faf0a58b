/** "14:05:10" or "14:05". `ms`: Unix time. */
export function clockText(ms: number, { seconds = false } = {}): string {
  return new Date(ms).toLocaleTimeString("en-GB", {
    ...{ hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) },
  });
}
