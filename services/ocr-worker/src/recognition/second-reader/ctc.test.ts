import { expect, test } from "vitest";
import { decodeCtc } from "./ctc.ts";

const classes = ["", "l", "e", " ", undefined];

/** Each time step is given by its likeliest class, and optionally that one's probability. */
function read(...steps: (number | [number, number])[]) {
  const rows = steps.map((step) => {
    const [index, probability] = typeof step === "number" ? [step, 0.9] : step;
    return classes.map((_, other) => (other === index ? probability : (1 - probability) / 10));
  });
  return decodeCtc(Float32Array.from(rows.flat()), classes);
}
const textOf = (...steps: Parameters<typeof read>) =>
  read(...steps)
    .map(({ text }) => text)
    .join("");

test("equal neighbours are one character, and a blank separates two", () => {
  expect(textOf(1, 1, 2, 2, 2)).toBe("le");
  expect(textOf(1, 0, 1, 2, 2, 0, 0, 2)).toBe("llee");
  expect(textOf(0, 1, 3, 3, 2, 0)).toBe("l e");
});

test("nothing but blanks is no text", () => {
  expect(read(0, 0, 0)).toEqual([]);
  expect(read()).toEqual([]);
});

test("a character is in the middle of its steps and has their highest probability", () => {
  const [l, e] = read(0, [1, 0.6], [1, 0.8], 0, [2, 0.7], 0, 0, 0);
  expect(l?.at).toBe(2 / 8);
  expect(l?.probability).toBeCloseTo(0.8);
  expect(e?.at).toBe(4.5 / 8);
});

test("a class without a text is never read, and two classes may have the same text", () => {
  expect(textOf(4, [4, 0.99], 1)).toBe("l");
  const accents = ["", "e", "e"];
  const found = decodeCtc(Float32Array.from([0.1, 0.8, 0.1, 0.1, 0.1, 0.8, 0.9, 0.1, 0]), accents);
  expect(found.map(({ text }) => text)).toEqual(["e"]);
});
