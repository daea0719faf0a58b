import { around, type PageResult, type Word, wordsOf } from "../page-result.ts";
import type { Change } from "./correction.ts";
import { type Operation, OperationError } from "./operations.ts";
import { placeOf } from "./place-word.ts";
import { splitBox } from "./split-box.ts";

/**
 * The changes that these operations make to the page. All name the words as they are before the first one, so
 * a word may be changed by one of them only. Corrected words have no confidence. Throws an OperationError for
 * the first operation that the page does not allow.
 */
export function planChanges(page: PageResult, operations: readonly Operation[]): Change[] {
  const words = wordsOf(page);
  const lineEnds = endsOfLines(page);
  const changedBy = new Map<number, number>();
  function changeOf(operation: Operation, number: number): Change {
    const refuse = (field: string, message: string) => new OperationError(number, field, message);
    const take = (field: string, index: number): Word => {
      const word = words[index];
      if (!word)
        throw refuse(field, `must be the number of a word of this page: ${range(words)}, not ${index}`);
      const other = changedBy.get(index);
      if (other !== undefined) {
        throw refuse(
          field,
          `names word ${index}, which operations[${other}] changes already: use one for each`,
        );
      }
      changedBy.set(index, number);
      return word;
    };
    switch (operation.op) {
      case "replace": {
        const word = take("word", operation.word);
        return change("replace", operation.word, [word], [corrected(word, operation.text)]);
      }
      case "remove":
        return change("remove", operation.word, [take("word", operation.word)], []);
      case "join": {
        const at = operation.words[0] ?? 0;
        const before = operation.words.map((index) => take("words", index));
        const end = lineEnds[at] ?? 0;
        const isRow = operation.words.every((index, offset) => index === at + offset && index < end);
        if (!isRow) throw refuse("words", "must follow each other in one line, such as [3, 4]");
        const [first] = before;
        const text = before.map((word) => word.text).join("");
        const joined = first && { ...corrected(first, text), box: around(before.map(({ box }) => box)) };
        return change("join", at, before, joined ? [joined] : []);
      }
      case "split": {
        const word = take("word", operation.word);
        const boxes = splitBox(word, operation.texts);
        if (!boxes) throw refuse("texts", `must be fewer: the box of word ${operation.word} is too narrow`);
        const after = boxes.map((box, part) => ({ ...corrected(word, operation.texts[part] ?? ""), box }));
        return change("split", operation.word, [word], after);
      }
      case "add":
        return addition(page, words, operation, refuse);
    }
  }
  return operations.map(changeOf);
}

function addition(
  page: PageResult,
  words: readonly Word[],
  { text, box, after }: Extract<Operation, { op: "add" }>,
  refuse: (field: string, message: string) => OperationError,
): Change {
  const [left, top, right, bottom] = box;
  const isInside = left >= 0 && top >= 0 && right <= page.width && bottom <= page.height;
  if (!isInside || left >= right || top >= bottom) {
    throw refuse("box", `must be a box inside the page, which has ${page.width} x ${page.height} pixels`);
  }
  const neighbour = after === undefined ? undefined : words[after];
  if (after !== undefined && !neighbour) {
    throw refuse("after", `must be the number of a word of this page: ${range(words)}, not ${after}`);
  }
  const added: Word = { text, box, source: "corrected" };
  if (neighbour?.direction !== undefined) added.direction = neighbour.direction;
  const place = after === undefined ? placeOf(page, box) : { at: after, where: "after" as const };
  return { op: "add", ...place, before: [], after: [added] };
}

function change(op: Change["op"], at: number, before: Word[], after: Word[]): Change {
  return { op, at, before, after };
}

function corrected({ box, direction }: Word, text: string): Word {
  return { text, box, source: "corrected", ...(direction !== undefined && { direction }) };
}

/** For each word, the number of the first word after its line. */
function endsOfLines({ blocks }: PageResult): number[] {
  const ends: number[] = [];
  for (const { words } of blocks.flatMap(({ lines }) => lines)) {
    const end = ends.length + words.length;
    for (const _ of words) ends.push(end);
  }
  return ends;
}

function range(words: readonly Word[]): string {
  return words.length === 0 ? "it has none" : `0 to ${words.length - 1}`;
}
