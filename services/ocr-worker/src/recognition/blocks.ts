import {
  type Block,
  type Box,
  blockOf,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";

type Size = { width: number; height: number };

/** The level of a row in tesseract's TSV that describes a word. */
const WORD_LEVEL = "5";

/**
 * The blocks in tesseract's TSV that contain text. Boxes are clipped to the image. Those of lines and blocks
 * enclose their words tightly.
 */
export function blocksOf(tsv: string, size: Size): Block[] {
  const paragraphs = new Map<string, Map<string, Word[]>>();
  for (const row of tsv.split("\n")) {
    const [level, , block, paragraph, line, , left, top, width, height, confidence, text] = row.split("\t");
    if (level !== WORD_LEVEL || block === undefined) continue;
    const word = wordOf(text ?? "", Number(confidence), [left, top, width, height].map(Number), size);
    if (word === undefined) continue;
    const lines = paragraphs.get(block) ?? new Map<string, Word[]>();
    paragraphs.set(block, lines);
    const key = `${paragraph}/${line}`;
    lines.set(key, [...(lines.get(key) ?? []), word]);
  }
  return [...paragraphs.values()].map((lines) => blockOf([...lines.values()].map(lineOf)));
}

function wordOf(
  text: string,
  confidence: number,
  [x = 0, y = 0, w = 0, h = 0]: readonly number[],
  { width, height }: Size,
): Word | undefined {
  const clamp = (position: number, most: number) => Math.max(0, Math.min(most, position));
  const box: Box = [clamp(x, width), clamp(y, height), clamp(x + w, width), clamp(y + h, height)];
  const [left, top, right, bottom] = box;
  const trimmed = text.trim();
  if (trimmed === "" || right <= left || bottom <= top) return undefined;
  const sure = clamp(Math.round(confidence * 100) / 100, 100);
  return { text: trimmed, box, source: "ocr", confidence: sure, reader: "tesseract" };
}

/** Moves a block by the position of the picture in which it was found. */
export function movedBlock({ lines }: Block, left: number, top: number): Block {
  return blockOf(
    lines.map(({ words }) =>
      lineOf(
        words.map((word) => {
          const [l, t, r, b] = word.box;
          return { ...word, box: [l + left, t + top, r + left, b + top] };
        }),
      ),
    ),
  );
}
