import type { Block, Box, Line, Word } from "@orbital-witness/common/results/page-result.ts";
import type Tesseract from "tesseract.js";

type Size = { width: number; height: number };

/** Tesseract's blocks without what holds no text; boxes clamped into the image, those of lines and blocks just around their words. */
export function textBlocks(blocks: readonly Tesseract.Block[], size: Size): Block[] {
  return blocks.flatMap((block) => {
    const lines = block.paragraphs.flatMap(({ lines }) => lines.flatMap((line) => textLine(line, size)));
    return lines.length === 0 ? [] : [{ box: around(lines), lines }];
  });
}

function textLine({ words }: Tesseract.Line, size: Size): Line[] {
  const kept = words.flatMap((word) => textWord(word, size));
  return kept.length === 0 ? [] : [{ box: around(kept), words: kept }];
}

function textWord({ text, bbox, confidence }: Tesseract.Word, { width, height }: Size): Word[] {
  const inside = (position: number, most: number) => Math.max(0, Math.min(most, Math.round(position)));
  const box: Box = [
    inside(bbox.x0, width),
    inside(bbox.y0, height),
    inside(bbox.x1, width),
    inside(bbox.y1, height),
  ];
  const [left, top, right, bottom] = box;
  const trimmed = text.trim();
  if (trimmed === "" || right <= left || bottom <= top) return [];
  return [{ text: trimmed, box, confidence: Math.round(inside(confidence * 100, 10_000)) / 100 }];
}

function around(parts: readonly { box: Box }[]): Box {
  const edges = (index: 0 | 1 | 2 | 3) => parts.map(({ box }) => box[index]);
  return [Math.min(...edges(0)), Math.min(...edges(1)), Math.max(...edges(2)), Math.max(...edges(3))];
}
