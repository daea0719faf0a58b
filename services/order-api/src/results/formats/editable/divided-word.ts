const softHyphenAtEnd = /\u00ad$/u;
/** A word with one hyphen, which is its last character. */
const divided = /^[^-\u2010]*\p{L}[-\u2010]$/u;
const hyphenAtEnd = /[\p{L}\p{N}][-\u2010]$/u;

/**
 * Joins the last word of a line with the first word of the next line. A hyphen after a letter is dropped if
 * the next line continues with a small letter (`convey-` and `ance`). It stays after a digit (`1987-` and
 * `88`), before a capital letter or a digit, and in a word with another hyphen (`mother-in-` and `law`).
 */
export function joinWords(before: string, after: string): string {
  if (goesOn(before, after)) return before.slice(0, -1) + after;
  const isOneWord = hyphenAtEnd.test(before) && /^[\p{L}\p{N}]/u.test(after);
  return `${before}${isOneWord ? "" : " "}${after}`;
}

/** Whether the next line goes on with the word at the end of this line. */
export function goesOn(before: string, after: string): boolean {
  return softHyphenAtEnd.test(before) || (divided.test(before) && /^\p{Ll}/u.test(after));
}
