import type { Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { betterWords } from "./better-words.ts";

type Read = [text: string, confidence: number, left: number, right: number];

const wordsOf = (reader: "tesseract" | "ppocr", reads: Read[]): Word[] =>
  reads.map(([text, confidence, left, right]) => ({
    ...{ text, box: [left, 0, right, 20], source: "ocr", confidence, reader },
  }));
const better = (first: Read[], second: Read[], mode: "doubtful" | "always" = "doubtful") =>
  betterWords(wordsOf("tesseract", first), wordsOf("ppocr", second), mode);
const textOf = (...readings: Parameters<typeof better>) => better(...readings).map(({ text }) => text);

test("a doubtful word gives way to a sure one, which names its reader", () => {
  expect(better([["OOSWIN", 26, 10, 60]], [["OSWIN", 99.9, 11, 60]])).toMatchObject([
    { text: "OSWIN", reader: "ppocr", confidence: 99.9 },
  ]);
});

test("what the second reader is not sure of changes nothing", () => {
  expect(textOf([["hirn", 40, 10, 60]], [["hcm", 45, 10, 60]])).toEqual(["hirn"]);
});

test("words that both read alike become sure, and keep tesseract's signs and the spaces of both", () => {
  expect(better([["State’s", 70, 10, 60]], [["State's", 80, 10, 60]])).toMatchObject([
    { text: "State’s", reader: "tesseract", confidence: 99 },
  ]);
  const spaced: Read[] = [
    ["to", 70, 10, 30],
    ["let", 60, 34, 60],
  ];
  expect(textOf(spaced, [["tolet", 99, 10, 60]])).toEqual(["to", "let"]);
  const joined: Read[] = [["State’slaw", 70, 10, 90]];
  const apart: Read[] = [
    ["State's", 99, 10, 60],
    ["law", 99, 64, 90],
  ];
  expect(textOf(joined, apart)).toEqual(["State’s", "law"]);
});

test("a sure word stays beside a doubtful one", () => {
  const first: Read[] = [
    ["anvil?", 95.75, 10, 60],
    ["AY", 65, 70, 90],
  ];
  const second: Read[] = [
    ["anvil", 99.6, 10, 55],
    ["A", 13, 70, 90],
  ];
  expect(textOf(first, second)).toEqual(["anvil?", "AY"]);
});

test("a word that only one reader found needs a higher confidence", () => {
  expect(textOf([["—", 30, 10, 60]], [])).toEqual([]);
  expect(textOf([["a", 70, 10, 60]], [])).toEqual(["a"]);
  expect(textOf([], [["0", 59, 10, 60]])).toEqual([]);
  expect(textOf([], [["KNOWN", 99, 10, 60]])).toEqual(["KNOWN"]);
});

test("always: of two sure readings the one wins that is right more often", () => {
  expect(textOf([["MOTE", 93.97, 10, 60]], [["MUTE", 99.7, 10, 60]], "always")).toEqual(["MUTE"]);
  expect(textOf([["anvil?", 95.75, 10, 60]], [["anvil", 99.6, 10, 55]], "always")).toEqual(["anvil?"]);
});
