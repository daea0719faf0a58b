/**
 * Returns the resolution if a scanner may have written it. Programs that do not know the resolution write 72
 * or 96.
 */
export function credibleDpi(dpi: number | undefined): number | undefined {
  return dpi !== undefined && dpi >= 100 && dpi <= 1200 ? dpi : undefined;
}
