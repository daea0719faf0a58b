import { searchForm } from "./search-text.ts";

/** Limits of a query, which bound the cost of a search. */
export const maxQueryLength = 200;
const maxTerms = 16;
const minPrefix = 2;

/**
 * A word, or a phrase in quotes (the closing quote may be missing). An asterisk at its end, inside or after
 * the quotes, makes it a prefix.
 */
const termForm = /"([^"]*)"?(\*?)|([^\s"*]+)(\*?)/gu;
/** The characters that FTS5's tokenizer `unicode61` keeps in words. */
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * `match` is an FTS5 expression, in which only quoted words come from the query. `problem` describes what is
 * wrong, as a phrase after the field's name.
 */
export type ParsedQuery = { match: string } | { problem: string };

/**
 * Words, "phrases" and prefixes (`leas*`), all of which must occur. Case, accents, punctuation and
 * compatibility forms (ligatures, full-width letters) make no difference.
 */
export function parseQuery(query: string): ParsedQuery {
  if (query.length > maxQueryLength) return { problem: `must have at most ${maxQueryLength} characters` };
  const terms = [...searchForm(query).matchAll(termForm)]
    .map(([, phrase, phraseStar, word, wordStar]) => ({
      words: phrase ?? word ?? "",
      isPrefix: Boolean(phraseStar || wordStar || phrase?.endsWith("*")),
    }))
    .filter(({ words }) => wordCharacter.test(words));
  if (terms.length === 0) return { problem: "must have at least one letter or digit" };
  if (terms.length > maxTerms) return { problem: `must have at most ${maxTerms} words and phrases` };
  if (terms.some(({ words, isPrefix }) => isPrefix && lastWordLength(words) < minPrefix)) {
    return { problem: `must have at least ${minPrefix} letters or digits before an asterisk` };
  }
  // FTS5 would end the string at a NUL.
  const quoted = terms.map(({ words, isPrefix }) => `"${words.replaceAll("\0", " ")}"${isPrefix ? "*" : ""}`);
  return { match: quoted.join(" ") };
}

function lastWordLength(words: string): number {
  const parts = words.split(/[^\p{L}\p{N}\p{Co}\p{M}]+/u).filter((part) => part !== "");
  return [...(parts.at(-1) ?? "")].length;
}
