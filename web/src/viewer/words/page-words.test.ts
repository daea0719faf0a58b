import { expect, test } from "vitest";
import { doubtfulBelow, doubtfulWords, neighbour, pageText } from "./page-words.ts";

const box: [number, number, number, number] = [0, 0, 1, 1];

test("words are counted over lines and blocks, and only recognised ones are doubtful", () => {
  const text = pageText({
    blocks: [
      {
        lines: [{ words: [{ text: "a", box, confidence: doubtfulBelow }] }, { words: [{ text: "b", box }] }],
      },
      { lines: [{ words: [{ text: "c", box, confidence: doubtfulBelow - 1 }] }] },
    ],
  });
  expect(text.words.map(({ index, text }) => [index, text])).toEqual([
    [0, "a"],
    [1, "b"],
    [2, "c"],
  ]);
  expect(doubtfulWords(text).map(({ index }) => index)).toEqual([2]);
});

test.each([
  ["the next one", [3, 7], 3, 1, 7],
  ["the first one at the end", [3, 7], 7, 1, 3],
  ["the first one without a selection", [3, 7], undefined, 1, 3],
  ["the one before", [3, 7], 7, -1, 3],
  ["the last one at the start", [3, 7], 3, -1, 7],
  ["the last one without a selection", [3, 7], undefined, -1, 7],
  ["none", [], 3, 1, undefined],
] as const)("the neighbour is %s", (_, places, from, step, expected) => {
  expect(neighbour(places, from, step)).toBe(expected);
});
