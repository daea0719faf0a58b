import { median } from "@orbital-witness/common/results/median.ts";
import type { Block, Line, PageResult, Word } from "@orbital-witness/common/results/page-result.ts";
import { goesOn, joinWords } from "./divided-word.ts";

/** A text without line breaks. A tab stands for a wide gap between two words. */
export type Run = { text: string; isDoubtful: boolean };
/** `size`: of its letters, in points. */
export type Paragraph = { size: number; lines: Run[][] };

/** Words with less confidence are doubtful. The page in the browser marks the same words. */
const doubtfulBelow = 75;
const pointsPerInch = 72;
const leastPoints = 6;
const mostPoints = 48;

/** Lines differ so much in height without being of another size, because few letters are tall. */
const usualWithin = 0.3;

/** Lines of prose have at least so many words on average. */
const proseWords = 4;

/** All in heights of the line. */
const spaceWidth = 0.3;
const wideGap = 1.5;

/**
 * The text of a page for people who go on writing: a paragraph for each block, in reading order. Lines are
 * joined where only the width of the column made them end.
 */
export function paragraphsOf({ blocks, dpi }: Pick<PageResult, "blocks" | "dpi">): Paragraph[] {
  const usual = pointsOf(
    blocks.flatMap(({ lines }) => lines),
    dpi,
  );
  return blocks.map((block) => {
    const size = pointsOf(block.lines, dpi);
    const isUsual = Math.abs(size - usual) <= usualWithin * usual;
    return { size: isUsual ? usual : size, lines: joinedLines(block) };
  });
}

function joinedLines(block: Block): Run[][] {
  const joined: Run[][] = [];
  let before: Line | undefined;
  for (const line of block.lines) {
    const paragraphLine = joined.at(-1);
    if (before && paragraphLine && isContinued(before, line, block)) append(paragraphLine, runsOf(line));
    else joined.push(merged(runsOf(line)));
    before = line;
  }
  return joined;
}

/** Whether `next` begins where it does only because the column is no wider. */
function isContinued(line: Line, next: Line, block: Block): boolean {
  const last = line.words.at(-1);
  const [first] = next.words;
  if (!last || !first || last.direction !== undefined || first.direction !== undefined) return false;
  if (goesOn(last.text, first.text)) return true;
  if (hasWideGap(line) || hasWideGap(next) || !isProse(block)) return false;
  // The first word of the next line would have had room, so the line was ended on purpose.
  const room = block.box[2] - line.box[2];
  return room < first.box[2] - first.box[0] + 2 * spaceWidth * heightOf(line);
}

/** Shorter lines are those of an address or a list. If all begin with a capital, they are those of a poem. */
function isProse({ lines }: Block): boolean {
  const capitals = lines.filter(({ words: [first] }) => /^\P{L}*\p{Lu}/u.test(first?.text ?? ""));
  if (lines.length > 2 && capitals.length === lines.length) return false;
  const words = lines.reduce((sum, line) => sum + line.words.length, 0);
  return words >= proseWords * lines.length;
}

function append(line: Run[], [first, ...others]: Run[]): void {
  const last = line.pop();
  if (!last || !first) return;
  const [, start = "", before = ""] = /^(.*?)(\S*)$/u.exec(last.text) ?? [];
  const [, after = "", end = ""] = /^(\S*)(.*)$/u.exec(first.text) ?? [];
  const joined = joinWords(before, after);
  const isOneWord = !joined.includes(" ");
  const runs = isOneWord
    ? [
        { text: start, isDoubtful: last.isDoubtful },
        { text: joined, isDoubtful: last.isDoubtful || first.isDoubtful },
        { text: end, isDoubtful: first.isDoubtful },
      ]
    : [last, { text: " ", isDoubtful: false }, first];
  line.push(...runs, ...others);
  line.splice(0, line.length, ...merged(line));
}

function runsOf(line: Line): Run[] {
  return line.words.flatMap((word, index) => {
    const run = { text: cleaned(word.text), isDoubtful: isDoubtful(word) };
    const before = line.words[index - 1];
    if (!before) return [run];
    return [{ text: isWide(before, word, line) ? "\t" : " ", isDoubtful: false }, run];
  });
}

/** Runs that follow each other and look the same are one. */
function merged(runs: Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (run.text === "") continue;
    if (last?.isDoubtful === run.isDoubtful)
      result[result.length - 1] = { ...last, text: last.text + run.text };
    else result.push(run);
  }
  return result;
}

function hasWideGap(line: Line): boolean {
  return line.words.some((word, index) => {
    const before = line.words[index - 1];
    return before !== undefined && isWide(before, word, line);
  });
}

function isWide(before: Word, word: Word, line: Line): boolean {
  return word.direction === undefined && word.box[0] - before.box[2] > wideGap * heightOf(line);
}

function heightOf({ box }: Line): number {
  return box[3] - box[1];
}

/** The size of letters whose line is as high as the median of these: whole points. */
function pointsOf(lines: readonly Line[], dpi: number): number {
  const heights = lines.map(({ box, words }) => {
    const isUpright = words[0]?.direction === 90 || words[0]?.direction === 270;
    return isUpright ? box[2] - box[0] : box[3] - box[1];
  });
  return Math.min(mostPoints, Math.max(leastPoints, Math.round((median(heights) * pointsPerInch) / dpi)));
}

function isDoubtful({ confidence }: Word): boolean {
  return confidence !== undefined && confidence < doubtfulBelow;
}

/** White space and control characters inside a word would be taken for gaps. */
function cleaned(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, "\u00a0");
}
