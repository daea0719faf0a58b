import { blockOf, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { paragraphsOf } from "./paragraphs.ts";

const letter = 10;

/** A block of lines. A letter is 10 pixels wide. A word may end with its confidence: `rent@50`. */
function block(...lines: string[]) {
  return blockOf(
    lines.map((text, index) => {
      let left = 0;
      const words = text.split(" ").flatMap((word): Word[] => {
        const [name = "", confidence = "96"] = word.split("@");
        const box: Word["box"] = [left, index * 30, left + letter * name.length, index * 30 + 20];
        left = box[2] + letter;
        return name === "" ? [] : [{ text: name, box, source: "ocr", confidence: Number(confidence) }];
      });
      return lineOf(words);
    }),
  );
}

function textsOf(...blocks: ReturnType<typeof block>[]): string[][] {
  const paragraphs = paragraphsOf({ blocks, dpi: 150 });
  return paragraphs.map(({ lines }) => lines.map((runs) => runs.map(({ text }) => text).join("")));
}

test("the lines of a block are joined, and a divided word is one word", () => {
  expect(textsOf(block("the vendor agrees to the convey-", "ance of the said property to"))).toEqual([
    ["the vendor agrees to the conveyance of the said property to"],
  ]);
});

test("a line stays a line if the next word would have had room", () => {
  expect(textsOf(block("12 Mill Lane", "Oakham", "Rutland LE15 6AA"))).toEqual([
    ["12 Mill Lane", "Oakham", "Rutland LE15 6AA"],
  ]);
});

test("lines of a poem are not joined", () => {
  const poem = ["Tyger Tyger, burning bright,", "In the forests of the night;", "What immortal hand or eye,"];
  expect(textsOf(block(...poem))).toEqual([poem]);
});

test("lines of a table are not joined, and a tab stands for the gap", () => {
  expect(textsOf(block("Rent      100.00", "Insurance  20.00"))[0]).toEqual([
    "Rent\t100.00",
    "Insurance 20.00",
  ]);
});

test("each block is a paragraph", () => {
  expect(textsOf(block("LEASE"), block("This lease"))).toEqual([["LEASE"], ["This lease"]]);
});

test("vertical text is not joined", () => {
  const line = (text: string, left: number) =>
    lineOf([{ text, box: [left, 0, left + 20, 400], source: "ocr", confidence: 90, direction: 90 }]);
  expect(textsOf(blockOf([line("down", 50), line("again", 0)]))).toEqual([["down", "again"]]);
});

test("doubtful words are apart, and a word divided between two lines is doubtful as a whole", () => {
  const [paragraph] = paragraphsOf({
    blocks: [block("said rent@50 of convey-", "ance@74 today and then some")],
    dpi: 150,
  });
  expect(paragraph?.lines).toEqual([
    [
      { text: "said ", isDoubtful: false },
      { text: "rent", isDoubtful: true },
      { text: " of ", isDoubtful: false },
      { text: "conveyance", isDoubtful: true },
      { text: " today and then some", isDoubtful: false },
    ],
  ]);
});

test("the size of letters follows the height of the lines, in points", () => {
  expect(paragraphsOf({ blocks: [block("rent")], dpi: 120 })[0]?.size).toBe(12);
  expect(paragraphsOf({ blocks: [block("rent")], dpi: 10 })[0]?.size).toBe(48);
});

test("a paragraph whose lines are nearly as high as the others has letters of the same size", () => {
  const lines = block("rent of the", "property is", "paid to me");
  const [title, note] = [25, 40].map((height) => {
    const [left, top, right] = [0, 0, 100];
    return blockOf([lineOf([{ text: "LEASE", box: [left, top, right, height], source: "text_layer" }])]);
  });
  if (!title || !note) throw new Error("there are two blocks");
  const sizes = paragraphsOf({ blocks: [lines, title, note], dpi: 120 }).map(({ size }) => size);
  expect(sizes).toEqual([12, 12, 24]);
});
