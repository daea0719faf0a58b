import { expect, test } from "vitest";
import { joinWords } from "./divided-word.ts";

test.each([
  ["convey-", "ance", "conveyance"],
  ["convey\u2010", "ance,", "conveyance,"],
  ["convey\u00ad", "ance", "conveyance"],
  ["mother-in-", "law", "mother-in-law"],
  ["1987-", "88", "1987-88"],
  ["12-", "34", "12-34"],
  ["K16-", "form", "K16-form"],
  ["Stratford-", "Upon", "Stratford-Upon"],
  ["A-", "4", "A-4"],
  ["rent", "of", "rent of"],
  ["paid -", "in full", "paid - in full"],
  ["-", "law", "- law"],
  ["see-", "(a)", "see- (a)"],
])("%s and %s are %s", (before, after, joined) => {
  expect(joinWords(before, after)).toBe(joined);
});
