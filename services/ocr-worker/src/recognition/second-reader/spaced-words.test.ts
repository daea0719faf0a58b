import { expect, test } from "vitest";
import type { InkRun } from "./ink-runs.ts";
import { spacedWords } from "./spaced-words.ts";

const HEIGHT = 20;

/**
 * Draws each letter 10 pixels wide and 20 high, with a gap of 2 pixels after it. A digit in the pattern is
 * another gap, in fifths of the height, and `_` is a space that the model read.
 */
function line(pattern: string) {
  const letters: { text: string; middle: number }[] = [];
  const runs: InkRun[] = [];
  const characters: { text: string; middle: number }[] = [];
  let x = 5;
  for (const sign of pattern) {
    if (/\d/.test(sign)) x += (Number(sign) * HEIGHT) / 5 - 2;
    else if (sign === "_") characters.push({ text: " ", middle: x });
    else {
      runs.push({ left: x, top: 3, right: x + 10, bottom: 3 + HEIGHT });
      characters.push({ text: sign, middle: x + 5 });
      letters.push({ text: sign, middle: x + 5 });
      x += 12;
    }
  }
  return {
    runs,
    width: x,
    characters: characters.map(({ text, middle }) => ({ text, at: middle / x, probability: 0.9 })),
  };
}

function read(pattern: string, ...seen: number[]) {
  const { characters, runs, width } = line(pattern);
  return spacedWords(characters, runs, { width, seen }).map(({ text }) => text);
}

test("the model's own spaces count, even where letters touch", () => {
  expect(read("the2_lease")).toEqual(["the", "lease"]);
  expect(read("the_lease")).toEqual(["the", "lease"]);
});

test("a gap as broad as the line's spaces is a space that the model lost", () => {
  expect(read("the2_lease2dated")).toEqual(["the", "lease", "dated"]);
  expect(read("the4_lease2dated")).toEqual(["the", "leasedated"]);
});

test("in a line without spaces only a broad gap is one", () => {
  expect(read("date4signed")).toEqual(["date", "signed"]);
  expect(read("date2signed")).toEqual(["datesigned"]);
});

test("a narrower gap is a space if tesseract saw one there", () => {
  const { width } = line("date1signed");
  expect(read("date1signed", 5 + 4 * 12)).toEqual(["date", "signed"]);
  expect(read("date1signed", width - 20)).toEqual(["datesigned"]);
});

test("a word's box contains its ink", () => {
  const { characters, runs, width } = line("a4_bc");
  expect(spacedWords(characters, runs, { width, seen: [] }).map(({ box }) => box)).toEqual([
    [5, 3, 15, 23],
    [31, 3, 53, 23],
  ]);
});

test("without ink or characters there are no words", () => {
  expect(spacedWords([], line("a").runs, { width: 20, seen: [] })).toEqual([]);
  expect(spacedWords(line("a").characters, [], { width: 20, seen: [] })).toEqual([]);
});
