/** Reads a page number from a path. Returns 0, which no page has, for anything else. */
export function pageNumber(name: string | undefined): number {
  return name !== undefined && /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
}
