import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  meanConfidence,
  type PageResult,
  type Word,
  wordsOf,
} from "../page-result.ts";
import { type Change, DamagedCorrection } from "./correction.ts";

/**
 * The page after the changes of one correction. Lines and blocks that lose all words disappear. The boxes of
 * changed lines and blocks are made anew, and so is the page's confidence. Throws a DamagedCorrection if the
 * changes belong to another page or revision.
 */
export function applyChanges(page: PageResult, changes: readonly Change[]): PageResult {
  return applyAll(page, [changes]);
}

/** The same for several corrections, oldest first. */
export function applyAll(page: PageResult, corrections: readonly (readonly Change[])[]): PageResult {
  if (corrections.length === 0) return page;
  const blocks = corrections.reduce(changedBlocks, page.blocks);
  return { ...page, blocks, confidence: meanConfidence({ blocks }) };
}

function changedBlocks(blocks: Block[], changes: readonly Change[]): Block[] {
  checkBefore(wordsOf({ blocks }), changes);
  const find = (where: Change["where"], at: number) =>
    changes.filter((change) => change.where === where && change.at === at);
  const added = (where: Change["where"], at: number) => find(where, at).flatMap(({ after }) => after);
  let index = 0;
  const changedLine = (line: Line): Line[] => {
    const end = index + line.words.length;
    const isChanged = changes.some(({ where, at }) => where !== "block" && at >= index && at < end);
    if (!isChanged) {
      index = end;
      return [line];
    }
    const now: Word[] = [];
    for (let place = 0; place < line.words.length; ) {
      const [change] = find(undefined, index);
      const length = change?.before.length ?? 1;
      const old = line.words.slice(place, place + length);
      const before = old.flatMap((_, offset) => added("before", index + offset));
      const after = old.flatMap((_, offset) => added("after", index + offset));
      now.push(...before, ...(change?.after ?? old), ...after);
      place += length;
      index += length;
    }
    return now.length === 0 ? [] : [lineOf(now)];
  };
  const newBlocks = (at: number) => added("block", at).map((word) => blockOf([lineOf([word])]));
  const changed = blocks.flatMap((block, place) => {
    const lines = block.lines.map(changedLine);
    const isSame = lines.every(([line], at) => line === block.lines[at]);
    const left = lines.flat();
    const kept = isSame ? [block] : left.length === 0 ? [] : [blockOf(left)];
    return [...newBlocks(place), ...kept];
  });
  return [...changed, ...newBlocks(blocks.length)];
}

/** Throws unless the changes begin with the words that are there. */
function checkBefore(words: readonly Word[], changes: readonly Change[]): void {
  for (const { at, before } of changes) {
    const isThere = before.every(({ text }, offset) => words[at + offset]?.text === text);
    if (!isThere) throw new DamagedCorrection(`a correction of word ${at} does not belong to this page`);
  }
}
