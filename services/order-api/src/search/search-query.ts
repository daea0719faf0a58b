import { searchForm } from "./search-text.ts";

/** The bounds of a query: each limits what a search can cost. */
export const maxQueryLength = 200;
const maxTerms = 16;
const minPrefix = 2;

/**
 * A phrase in quotes (the closing one may be missing) or a word, and an asterisk for a prefix inside or after
 * it.
 */
const termForm = /"([^"]*)"?(\*?)|([^\s"*]+)(\*?)/gu;
/** The characters that FTS5's tokenizer `unicode61` keeps in words. */
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * `match` is an FTS5 expression. Only quoted words in it come from the query. `problem` describes the error,
 * to follow the field's name.
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
  // FTS5 reads a string up to the first NUL.
  const quoted = terms.map(({ words, isPrefix }) => `"${words.replaceAll("\0", " ")}"${isPrefix ? "*" : ""}`);
  return { match: quoted.join(" ") };
}

function lastWordLength(words: string): number {
  const parts = words.split(/[^\p{L}\p{N}\p{Co}\p{M}]+/u).filter((part) => part !== "");
  return [...(parts.at(-1) ?? "")].length;
}
