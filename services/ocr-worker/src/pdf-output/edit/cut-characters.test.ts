import { expect, test } from "vitest";
import { type Cut, cutCharacters } from "./cut-characters.ts";

const cut = (source: string, codes: number, ...cuts: Cut[]) =>
  cutCharacters(Buffer.from(source, "latin1"), codes, cuts)?.replaceAll(
    /<(\w+)>/g,
    (_, hex: string) => `(${Buffer.from(hex, "hex").toString("latin1")})`,
  );

test.each([
  ["(abcdef) Tj", { first: 2, last: 3, advance: 1111.0004 }, "[(ab) -1111 (ef)]"],
  ["(abcdef) '", { first: 0, last: 1, advance: 500 }, "[-500 (cdef)]"],
  ['2 1 (a\\(\\102def) "', { first: 4, last: 5, advance: -20.5 }, "[(a(Bd) 20.5]"],
  ["[(ab) -5 (c) 7 (d) 9 (ef)] TJ", { first: 2, last: 3, advance: 900 }, "[(ab) -5 -900 (ef)]"],
  ["[-30 (abc) -5 (def)]TJ", { first: 1, last: 4, advance: 900 }, "[-30 (a) -900 (f)]"],
  ["<616263646566> Tj", { first: 5, last: 5, advance: 0 }, "[(abcde) 0]"],
])("%s without %o is %s", (source, each, expected) => {
  expect(cut(source, 6, each)).toBe(expected);
});

test("codes of two bytes are cut whole, and several cuts are made", () => {
  const cuts = [
    { first: 0, last: 0, advance: 1 },
    { first: 2, last: 2, advance: 2 },
  ];
  expect(cut("(aabbccdd) Tj", 4, ...cuts)).toBe("[-1 (bb) -2 (dd)]");
});

test("strings that do not have the codes are not cut", () => {
  for (const codes of [4, 5, 8])
    expect(cut("(abcdef) Tj", codes, { first: 0, last: 0, advance: 1 })).toBeUndefined();
});
