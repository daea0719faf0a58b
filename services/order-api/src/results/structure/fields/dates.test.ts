import { expect, test } from "vitest";
import { dateIn } from "./dates.ts";

test.each([
  ["2010-12-20", "2010-12-20"],
  ["on 20 December 2010 at", "2010-12-20"],
  ["20th Dec. 2010", "2010-12-20"],
  ["the 1st day of March 1934", "1934-03-01"],
  ["20/12/2010", "2010-12-20"],
  ["09 OCT 2001", "2001-10-09"],
  ["1 2 2020", "2020-02-01"],
])("%j is the date %s", (text, date) => {
  expect(dateIn(text)?.date).toBe(date);
});

test.each(["", "31 February 2020", "2010-13-01", "12 Mill Lane 2010", "0x7f8419509bf8", "4163351"])(
  "%j has no date",
  (text) => {
    expect(dateIn(text)).toBeUndefined();
  },
);
