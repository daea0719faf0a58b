import { expect, test } from "vitest";
import { wordErrorRate } from "./word-error-rate.ts";

test.each([
  ["the same text", "The Tenant shall", "The Tenant shall", 0],
  ["line breaks and indents as one space", " The\nTenant \t shall ", "The Tenant\r\n\r\nshall", 0],
  ["one wrong letter as one word", "The Tenant shall pay", "The Tonant shall pay", 1 / 4],
  ["a lost word", "The Tenant shall pay", "The shall pay", 1 / 4],
  ["an added word", "The Tenant shall pay", "The Tenant , shall pay", 1 / 4],
  ["a lost space as two words", "The Tenant shall pay", "TheTenant shall pay", 2 / 4],
  ["a repeated word that moved as two edits", "a b c a", "b c a a", 2 / 4],
  ["a composed and a decomposed accent as equal", "caf\u00e9", "cafe\u0301", 0],
  ["nothing read", "The lease", "", 1],
  ["far too much read, capped at 1", "lease", "far too much", 1],
  ["an empty text, read as empty", " \n", "", 0],
  ["an empty text, read as something", "", "x", 1],
])("counts %s", (_, truth, read, rate) => {
  expect(wordErrorRate(truth, read)).toBeCloseTo(rate, 10);
});
