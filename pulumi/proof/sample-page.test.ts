import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { samplePage, textFault } from "./sample-page.ts";

const truth = readFileSync(path.join(import.meta.dirname, "page.txt"), "utf8");

test("the true text is right, also with other line breaks and a wrong word", () => {
  for (const text of [truth, truth.replaceAll("\n", " "), truth.replace("OSWIN", "OOSWIN")]) {
    expect(textFault(text, "eng")).toBeUndefined();
  }
});

test.each([
  ["", '43 of 43 words are wrong: instead of "LEASE OF 14 PENNYFOLD LANE Dated" it has nothing.'],
  [
    "?".repeat(500),
    `43 of 43 words are wrong: instead of "LEASE OF 14 PENNYFOLD LANE Dated" it has "${"?".repeat(500)}".`,
  ],
  [
    truth.slice(0, 150),
    '18 of 43 words are wrong: instead of "Landlord) and (2) THE LAMPLIGHT BOOKROOM" it has "Lan".',
  ],
  [truth + truth, '43 of 43 words are wrong: instead of nothing it has "LEASE OF 14 PENNYFOLD LANE Dated".'],
  [
    truth.replaceAll(/[aeiou]/g, "o"),
    '22 of 43 words are wrong: instead of "Dated 25 March 2011 THIS LEASE" ' +
      'it has "Dotod 25 Morch 2011 THIS LEASE".',
  ],
])("the text %o is wrong", (text, fault) => {
  expect(textFault(text, "eng+cym")).toBe(fault);
});

test("without English data, up to half of the words may be wrong", () => {
  const some = truth.replaceAll("a", "o");
  expect(textFault(some, "cym")).toBeUndefined();
  expect(textFault(some, "eng")).toBeDefined();
  expect(textFault(truth.toLowerCase(), "cym")).toBeDefined();
});

test("the page is a PNG with a name that says what it is for", () => {
  const { name, type, size } = samplePage();
  expect([name, type]).toEqual(["proof-of-an-update.png", "image/png"]);
  expect(size).toBeLessThan(100_000);
});
