import { expect, test } from "vitest";
import { blocksOf } from "./blocks.ts";

const size = { width: 400, height: 300 };
type Place = [block: number, paragraph: number, line: number, word: number];

function row(level: number, place: Place, box: number[], confidence: string, text: string): string {
  return [level, 1, ...place, ...box, confidence, text].join("\t");
}

test("words become lines and blocks with the tightest boxes around them", () => {
  const tsv = [
    row(1, [0, 0, 0, 0], [0, 0, 400, 300], "-1", ""),
    row(2, [1, 0, 0, 0], [0, 0, 390, 90], "-1", ""),
    row(5, [1, 1, 1, 1], [10, 12, 50, 20], "96.123456", "This"),
    row(5, [1, 1, 1, 2], [70, 10, 60, 20], "95.5", "lease"),
    row(5, [1, 2, 1, 1], [12, 60, 40, 20], "91", "dated"),
    row(5, [2, 1, 1, 1], [10, 200, 80, 20], "90", "Signed"),
    "",
  ].join("\n");
  expect(blocksOf(tsv, size)).toEqual([
    {
      box: [10, 10, 130, 80],
      lines: [
        {
          box: [10, 10, 130, 32],
          words: [
            { text: "This", box: [10, 12, 60, 32], source: "ocr", confidence: 96.12, reader: "tesseract" },
            { text: "lease", box: [70, 10, 130, 30], source: "ocr", confidence: 95.5, reader: "tesseract" },
          ],
        },
        {
          box: [12, 60, 52, 80],
          words: [
            { text: "dated", box: [12, 60, 52, 80], source: "ocr", confidence: 91, reader: "tesseract" },
          ],
        },
      ],
    },
    {
      box: [10, 200, 90, 220],
      lines: [
        {
          box: [10, 200, 90, 220],
          words: [
            { text: "Signed", box: [10, 200, 90, 220], source: "ocr", confidence: 90, reader: "tesseract" },
          ],
        },
      ],
    },
  ]);
});

test("boxes are clipped at the image's edges", () => {
  const tsv = row(5, [1, 1, 1, 1], [-5, 290, 900, 30], "101", "deed");
  expect(blocksOf(tsv, size)[0]?.lines[0]?.words).toEqual([
    { text: "deed", box: [0, 290, 400, 300], source: "ocr", confidence: 100, reader: "tesseract" },
  ]);
});

test.each([
  ["blank", row(5, [1, 1, 1, 1], [10, 10, 50, 20], "95", "   ")],
  ["outside the image", row(5, [1, 1, 1, 1], [500, 10, 50, 20], "95", "deed")],
  ["without an extent", row(5, [1, 1, 1, 1], [10, 10, 0, 20], "95", "deed")],
  ["nothing", ""],
])("a word that is %s creates no block", (_, tsv) => {
  expect(blocksOf(tsv, size)).toEqual([]);
});
