/** Programs that do not know a resolution write 72 or 96; scanners write more. */
export function credibleDpi(dpi: number | undefined): number | undefined {
  return dpi !== undefined && dpi >= 100 && dpi <= 1200 ? dpi : undefined;
}
