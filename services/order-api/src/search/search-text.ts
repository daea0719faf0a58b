/**
 * A hyphen (or soft or Unicode hyphen) between a letter and the end of the line, if the next line begins with
 * a small letter.
 */
const dividedWord = /(?<=\p{L})[-\u00ad\u2010]\n(?=\p{Ll})/gu;

/** A space is inserted here, because `12½` would become `121⁄2`. */
const fractionAfterDigit = /(?<=\p{Nd})(?=[\u00bc-\u00be\u2150-\u215e])/gu;

/**
 * The form in which pages and queries are compared. Compatibility forms become their plain letters (NFKC: the
 * ligature of `certificate`, full-width and superscript digits). Soft hyphens, which are not shown inside a
 * line, are removed.
 */
export function searchForm(text: string): string {
  return text.replace(fractionAfterDigit, " ").normalize("NFKC").replaceAll("\u00ad", "");
}

/**
 * A page's text for the index, on one line. `joined`: divided words are joined, as in `conveyance`. `apart`:
 * their parts are separate words, as in `mother-in-law`; empty for a page without divided words. Control
 * characters are removed, because they mark the hits.
 */
export function searchableText(text: string): { joined: string; apart: string } {
  const joined = text.replace(dividedWord, "");
  return { joined: onOneLine(joined), apart: joined === text ? "" : onOneLine(text) };
}

function onOneLine(text: string): string {
  return searchForm(text)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}
