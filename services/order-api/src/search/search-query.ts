/** What a search may be made of; each bounds what it costs. */
export const maxQueryLength = 200;
const maxTerms = 16;
const minPrefix = 2;

/** A phrase in quotes, closed or not, or a word; either with an asterisk at its end or behind it for a beginning. */
const termForm = /"([^"]*)"?(\*?)|([^\s"*]+)(\*?)/gu;
/** What FTS5's tokenizer `unicode61` makes words of. */
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/** `match` is an expression of FTS5 in which nothing but quoted words came from outside; `problem` what is wrong, to follow the field's name. */
export type ParsedQuery = { match: string } | { problem: string };

/** Words and "phrases", all of which must occur, and beginnings (`leas*`). Letters' case and accents do not count, nor does punctuation. */
export function parseQuery(query: string): ParsedQuery {
  if (query.length > maxQueryLength) return { problem: `must have at most ${maxQueryLength} characters` };
  const terms = [...query.matchAll(termForm)]
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
