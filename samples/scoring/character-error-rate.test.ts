import { describe, expect, test } from "vitest";
import { characterErrorRate } from "./character-error-rate.ts";

describe("characterErrorRate", () => {
  test.each([
    ["the same text", "lease", "lease", 0],
    ["one substitution in five", "lease", "1ease", 0.2],
    ["one omission in five", "lease", "leas", 0.2],
    ["one insertion in five", "lease", "leasse", 0.2],
    ["a swap as two edits", "abcd", "abdc", 0.5],
    ["several kinds of edit", "kitten", "sitting", 3 / 6],
    ["letter case as an error", "Deed", "deed", 0.25],
    ["line breaks and indents as one space", " The\nTenant \t shall ", "The Tenant\r\n\r\nshall", 0],
    ["a lost space as an error", "a b", "ab", 1 / 3],
    ["a pound sign as one character", "£5", "E5", 0.5],
    ["a character outside the basic plane as one", "𝔸b", "xb", 0.5],
    ["a composed and a decomposed accent as equal", "caf\u00e9", "cafe\u0301", 0],
    ["nothing read", "lease", "", 1],
    ["far too much read, capped at 1", "ab", "lorem ipsum dolor", 1],
    ["an empty text, read as empty", " \n", "", 0],
    ["an empty text, read as something", "", "x", 1],
  ])("counts %s", (_, truth, read, rate) => {
    expect(characterErrorRate(truth, read)).toBeCloseTo(rate, 10);
  });

  test("counts on a full page", () => {
    const page = "The Tenant shall keep the Property in repair. ".repeat(120);
    expect(characterErrorRate(page, page.replaceAll("Tenant", "Tonant"))).toBeCloseTo(
      120 / (page.length - 1),
      10,
    );
  });
});
