/** The value of a field in an answer to Redis' INFO. Throws if there is none. */
export function infoField(info: string, name: string): string {
  const found = new RegExp(`^${name}:(\\w+)`, "m").exec(info)?.[1];
  if (found === undefined) throw new Error(`Redis' INFO has no ${name}`);
  return found;
}
