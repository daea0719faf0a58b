import { expect, test } from "vitest";
import { pageText } from "../words/page-words.ts";
import { joinWithNext, operationOf, wordAtPlace } from "./operations.ts";

const box = (left: number): [number, number, number, number] => [left, 0, left + 10, 10];
const text = pageText({
  blocks: [
    {
      lines: [
        {
          words: [
            { text: "Tho", box: box(0), confidence: 40 },
            { text: "lease", box: box(20), source: "corrected" },
          ],
        },
        { words: [{ text: "is", box: box(40), confidence: 90 }] },
      ],
    },
  ],
});
const word = (index: number) => text.words[index] ?? expect.unreachable();

test.each([
  ["another text", 0, " The ", { op: "replace", word: 0, text: "The" }],
  ["the same text of a recognised word", 0, "Tho", { op: "replace", word: 0, text: "Tho" }],
  ["the same text of a corrected word", 1, "lease", undefined],
  ["a text with spaces", 1, "lea  se", { op: "split", word: 1, texts: ["lea", "se"] }],
  ["no text", 1, " ", { op: "remove", word: 1 }],
] as const)("%s", (_, index, typed, operation) => {
  expect(operationOf(word(index), typed)).toEqual(operation);
});

test("a word is joined with the next one of its line", () => {
  expect(joinWithNext(text, 0)).toEqual({ op: "join", words: [0, 1] });
  expect(joinWithNext(text, 1)).toBeUndefined();
});

test("a word is found again by its place", () => {
  expect(wordAtPlace(text.words, box(22))?.index).toBe(1);
  expect(wordAtPlace(text.words, box(60))).toBeUndefined();
});
