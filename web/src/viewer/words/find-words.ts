import type { PageText } from "./page-words.ts";

/** A word or part of a word as the search compares it, and the words of the page that it is part of. */
type Token = { text: string; words: readonly number[] };

/** The words of one term, which must follow each other. `isPrefix`: the last one may be longer. */
type Term = { texts: string[]; isPrefix: boolean };

/** As in the query of `/search`: a "phrase" in quotes or a word, with an asterisk for a prefix. */
const termForm = /"([^"]*)"?(\*?)|([^\s"*]+)(\*?)/gu;
const wordForm = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;
const dividing = /\p{L}[-\u00ad\u2010]$/u;

/**
 * The indexes of the words that a query of `/search` matches on this page, in reading order: the same words
 * that the search would mark. Case, accents, punctuation and ligatures make no difference. A word that a
 * hyphen divides at a line's end is found as one word and as two.
 */
export function findWords(text: PageText, query: string): number[] {
  const found = new Set<number>();
  for (const tokens of [tokensOf(text, true), tokensOf(text, false)]) {
    for (const term of termsOf(query)) {
      for (let start = 0; start + term.texts.length <= tokens.length; start += 1) {
        if (!matches(tokens, start, term)) continue;
        for (const { words } of tokens.slice(start, start + term.texts.length)) {
          for (const index of words) found.add(index);
        }
      }
    }
  }
  return [...found].sort((one, other) => one - other);
}

function termsOf(query: string): Term[] {
  return [...query.matchAll(termForm)].flatMap(([, phrase, phraseStar, word, wordStar]) => {
    const texts = plainWords(phrase ?? word ?? "");
    const isPrefix = Boolean(phraseStar || wordStar || phrase?.endsWith("*"));
    return texts.length === 0 ? [] : [{ texts, isPrefix }];
  });
}

function matches(tokens: readonly Token[], start: number, { texts, isPrefix }: Term): boolean {
  return texts.every((text, offset) => {
    const token = tokens[start + offset]?.text ?? "";
    return isPrefix && offset === texts.length - 1 ? token.startsWith(text) : token === text;
  });
}

/** `joined`: a word that is divided at a line's end is one token. */
function tokensOf({ blocks }: PageText, joined: boolean): Token[] {
  const lines = blocks.flatMap((block) => block.lines);
  const tokens: Token[] = [];
  let begun: Token | undefined;
  for (const [place, line] of lines.entries()) {
    for (const [position, word] of line.entries()) {
      const parts = plainWords(word.text);
      const next = lines[place + 1]?.[0];
      const isDivided =
        joined &&
        position === line.length - 1 &&
        dividing.test(word.text) &&
        /^\p{Ll}/u.test(next?.text ?? "");
      for (const [count, part] of parts.entries()) {
        const token: Token =
          begun && count === 0
            ? { text: begun.text + part, words: [...begun.words, word.index] }
            : { text: part, words: [word.index] };
        begun = undefined;
        if (isDivided && count === parts.length - 1) begun = token;
        else tokens.push(token);
      }
    }
  }
  if (begun) tokens.push(begun);
  return tokens;
}

function plainWords(text: string): string[] {
  const plain = text
    .replace(/(?<=\p{Nd})(?=[\u00bc-\u00be\u2150-\u215e])/gu, " ")
    .normalize("NFKC")
    .replaceAll("\u00ad", "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();
  return plain.match(wordForm) ?? [];
}
