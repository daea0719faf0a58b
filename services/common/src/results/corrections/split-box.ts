import type { Box, Word } from "../page-result.ts";

/**
 * Divides a word's box among its parts, in the direction of its text, by their numbers of characters. Between
 * two parts it leaves half the width of a character. Undefined if the box has fewer pixels than parts.
 */
export function splitBox({ box, direction }: Word, texts: readonly string[]): Box[] | undefined {
  const [left, top, right, bottom] = box;
  const isVertical = direction === 90 || direction === 270;
  const spans = divided(isVertical ? bottom - top : right - left, texts);
  return spans?.map(([start, end]) => {
    switch (direction) {
      case 90:
        return [left, top + start, right, top + end];
      case 180:
        return [right - end, top, right - start, bottom];
      case 270:
        return [left, bottom - end, right, bottom - start];
      default:
        return [left + start, top, left + end, bottom];
    }
  });
}

function divided(length: number, texts: readonly string[]): [start: number, end: number][] | undefined {
  if (length < texts.length) return undefined;
  const counts = texts.map((text) => [...text].length);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const gap = Math.floor(length / all / 2);
  let [seen, start] = [0, 0];
  return counts.map((count, index) => {
    seen += count;
    const others = texts.length - 1 - index;
    const end = Math.min(Math.max(start + 1, Math.round((length * seen) / all)), length - others);
    const span: [number, number] = [start, others > 0 && end - gap > start ? end - gap : end];
    start = end;
    return span;
  });
}
