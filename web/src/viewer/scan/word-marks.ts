import type { PageWord } from "../words/page-words.ts";

const namespace = "http://www.w3.org/2000/svg";

/** What is marked on the picture. Words are named by their index. */
export type Marks = {
  doubtful: ReadonlySet<number>;
  corrected: ReadonlySet<number>;
  found: ReadonlySet<number>;
  /** Words that are selected as text. */
  chosen: ReadonlySet<number>;
  selected: number | undefined;
  pointed: number | undefined;
};

/** An SVG drawing over the picture, in the picture's pixels. It takes no clicks. */
export function drawMarks(svg: SVGSVGElement, words: readonly PageWord[], marks: Marks): void {
  const boxes: SVGElement[] = [];
  for (const word of words) {
    if (marks.chosen.has(word.index)) boxes.push(box(word, "chosen"));
    if (marks.found.has(word.index)) boxes.push(box(word, "found"));
    else if (marks.doubtful.has(word.index)) boxes.push(box(word, "doubtful"));
    else if (marks.corrected.has(word.index)) boxes.push(box(word, "corrected"));
  }
  for (const [kind, index] of [["pointed", marks.pointed] as const, ["selected", marks.selected] as const]) {
    const word = index === undefined ? undefined : words[index];
    if (word) boxes.push(box(word, kind));
  }
  svg.replaceChildren(...boxes);
}

export function newDrawing(width: number, height: number): SVGSVGElement {
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "word-marks");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/** A little larger than the word, so that the frame does not cover its letters. */
function box({ box: [left, top, right, bottom], index }: PageWord, kind: string): SVGElement {
  const margin = Math.max(1, (bottom - top) * 0.08);
  const rect = document.createElementNS(namespace, "rect");
  rect.setAttribute("class", `word-mark ${kind}`);
  rect.setAttribute("data-word", String(index));
  rect.setAttribute("x", String(left - margin));
  rect.setAttribute("y", String(top - margin));
  rect.setAttribute("width", String(right - left + 2 * margin));
  rect.setAttribute("height", String(bottom - top + 2 * margin));
  rect.setAttribute("rx", String(margin));
  return rect;
}

/** The word at a point of the picture; the smallest one where boxes overlap. */
export function wordAt(words: readonly PageWord[], x: number, y: number): PageWord | undefined {
  const area = ({ box: [left, top, right, bottom] }: PageWord) => (right - left) * (bottom - top);
  return words
    .filter(({ box: [left, top, right, bottom] }) => x >= left && x < right && y >= top && y < bottom)
    .reduce<PageWord | undefined>(
      (best, word) => (best === undefined || area(word) < area(best) ? word : best),
      undefined,
    );
}
