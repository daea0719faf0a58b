/** Matches a whole string, or a character that structures JSON. Numbers and literals are in between. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Returns the names and values of a JSON object, in order. Repeated names are returned each time, whereas
 * `JSON.parse` keeps only the last one. `source`: a valid JSON object.
 */
export function jsonEntries(source: string): [name: string, value: unknown][] {
  const entries: [string, unknown][] = [];
  let depth = 0;
  let name = "";
  let start = -1;
  let text = "";
  for (const { 0: token, index } of source.matchAll(tokens)) {
    if (token === "}" || token === "]") depth--;
    const isEnd = (depth === 1 && token === ",") || (depth === 0 && token === "}");
    if (isEnd && start >= 0) {
      entries.push([name, JSON.parse(source.slice(start, index))]);
      start = -1;
    }
    if (depth === 1 && token === ":") {
      name = JSON.parse(text);
      start = index + 1;
    }
    if (token === "{" || token === "[") depth++;
    text = token;
  }
  return entries;
}
