import { goesOn, joinWords } from "../results/formats/editable/divided-word.ts";

/** The last word of a line, and the first word of the next line. */
const lineEnd = /(\S+)\n(?=(\S+))/gu;

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
 * A page's text for the index, on one line. `joined`: divided words are joined, as in `conveyance`, and
 * numbers keep their hyphen. `apart`: the parts of divided words are separate words, as in `sub-lessee`;
 * empty for a page without divided words. Control characters are removed, because they mark the hits.
 */
export function searchableText(text: string): { joined: string; apart: string } {
  let isDivided = false;
  const joined = text.replace(lineEnd, (_, before: string, after: string) => {
    isDivided ||= goesOn(before, after);
    return joinWords(before, after).slice(0, -after.length);
  });
  return { joined: onOneLine(joined), apart: isDivided ? onOneLine(text) : "" };
}

function onOneLine(text: string): string {
  return searchForm(text)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}
