import { type Box, lineOf } from "@orbital-witness/common/results/page-result.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inVerticalOrder } from "./vertical-order.ts";

const line = (text: string, direction: 90 | 270, box: Box) =>
  lineOf([{ text, direction, box, source: "ocr" }]);
const textsOf = (lines: ReturnType<typeof lineOf>[]) => lines.map(({ words }) => words[0]?.text).join(" ");

/** Each name says its place in the order. */
const kinds = [
  [
    "streets of a plan go from left to right",
    [
      line("1", 270, [200, 590, 225, 860]),
      line("2", 90, [530, 592, 555, 850]),
      line("3", 90, [860, 590, 885, 860]),
    ],
  ],
  [
    "a paragraph that runs up goes from left to right",
    [line("1", 270, [200, 100, 225, 600]), line("2", 270, [235, 98, 260, 602])],
  ],
  [
    "a paragraph that runs down goes from right to left",
    [
      line("1", 270, [20, 100, 45, 600]),
      line("2", 90, [270, 100, 295, 600]),
      line("3", 90, [235, 98, 260, 602]),
      line("4", 90, [200, 100, 225, 300]),
    ],
  ],
  [
    "lines in one column follow their direction",
    [
      line("1", 270, [203, 800, 225, 990]),
      line("2", 270, [200, 100, 225, 600]),
      line("3", 90, [500, 100, 525, 600]),
      line("4", 90, [498, 700, 520, 900]),
    ],
  ],
] as const;

test.each(kinds)("%s", (_, lines) => {
  const inOrder = textsOf([...lines]);
  const shuffled = fc.shuffledSubarray([...lines], { minLength: lines.length });
  fc.assert(fc.property(shuffled, (some) => textsOf(inVerticalOrder(some)) === inOrder));
});

test("there may be no line", () => {
  expect(inVerticalOrder([])).toEqual([]);
});
