import { describe, expect, test } from "vitest";
import { orderKept, wordsFound } from "./word-scores.ts";

describe("wordsFound", () => {
  test.each([
    ["the same text", "The Tenant shall", "The Tenant shall", 1],
    ["words in another order", "The Tenant shall", "shall The Tenant", 1],
    ["one wrong letter as a lost word", "The Tenant shall pay", "The Tonant shall pay", 3 / 4],
    ["a repeated word as often as it was read", "a a a b", "a b a", 3 / 4],
    ["words too many as nothing", "The Tenant", "The , Tenant .", 1],
    ["nothing read", "The lease", "", 0],
    ["an empty text", " \n", "x", 1],
  ])("counts %s", (_, truth, read, share) => {
    expect(wordsFound(truth, read)).toBeCloseTo(share, 10);
  });
});

describe("orderKept", () => {
  test.each([
    ["the same text", "a b c d", "a b c d", 1],
    ["a word that was not read as nothing", "a b c d", "a b d", 1],
    ["a word too many as nothing", "a b c d", "a x b c d", 1],
    ["two blocks in the wrong order as one place", "a b c d e", "d e a b c", 3 / 4],
    ["two columns read across", "a b c d e f", "a d b e c f", 0],
    ["a word that moved", "a b c d e", "a c d b e", 1 / 4],
    ["repeated words as nothing", "a a b c", "b c a a", 1],
    ["nothing read as nothing to compare", "a b c", "", 1],
  ])("counts %s", (_, truth, read, share) => {
    expect(orderKept(truth, read)).toBeCloseTo(share, 10);
  });
});
