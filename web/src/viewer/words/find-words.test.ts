import { expect, test } from "vitest";
import { findWords } from "./find-words.ts";
import { pageText } from "./page-words.ts";

/** A page with these lines, each in a block of its own. */
function page(...lines: string[]) {
  const words = (line: string) =>
    line.split(" ").map((text) => ({ text, box: [0, 0, 1, 1] satisfies [number, number, number, number] }));
  return pageText({ blocks: lines.map((line) => ({ lines: [{ words: words(line) }] })) });
}

test.each([
  ["a word, whatever its case", ["The Lease of LEASE,"], "lease", [1, 3]],
  ["each of several words", ["rent of the land"], "land rent", [0, 3]],
  ["a phrase only where it is whole", ["the rent of the land, the land"], '"the land"', [3, 4, 5, 6]],
  ["a phrase over two lines", ["a term", "of years"], '"term of years"', [1, 2, 3]],
  ["a prefix", ["leased lessee leasehold"], "leas*", [0, 2]],
  ["the prefix at the end of a phrase", ["term of years"], '"of yea"*', [1, 2]],
  ["without accents", ["Café Müller"], "cafe muller", [0, 1]],
  ["a ligature", ["the certi\ufb01cate"], "certificate", [1]],
  ["both parts of a divided word", ["the con-", "veyance of"], "conveyance", [1, 2]],
  ["one part of a divided word", ["mother-in-", "law"], "law", [1]],
  ["a word with punctuation inside", ["(the Register)."], "register", [1]],
  ["nothing for punctuation alone", ["a - b"], "- *", []],
] as const)("finds %s", (_, lines, query, found) => {
  expect(findWords(page(...lines), query)).toEqual(found);
});
