/** 72 and 96 are what programs write that do not know; what scanners write is more. */
export function credibleDpi(dpi: number | undefined): number | undefined {
  return dpi !== undefined && dpi >= 100 && dpi <= 1200 ? Math.round(dpi) : undefined;
}
