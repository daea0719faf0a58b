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
  checkBefore(wordsOf(page), changes);
  const find = (where: Change["where"], at: number) =>
    changes.filter((change) => change.where === where && change.at === at);
  const added = (where: Change["where"], at: number) => find(where, at).flatMap(({ after }) => after);
  let index = 0;
  const changedLine = ({ words, ...line }: Line): Line[] => {
    let isChanged = false;
    const now: Word[] = [];
    for (let place = 0; place < words.length; ) {
      const [change] = find(undefined, index);
      const length = change?.before.length ?? 1;
      const old = words.slice(place, place + length);
      const around = old.flatMap((_, offset) => added("after", index + offset));
      const before = old.flatMap((_, offset) => added("before", index + offset));
      isChanged ||= change !== undefined || around.length + before.length > 0;
      now.push(...before, ...(change?.after ?? old), ...around);
      place += length;
      index += length;
    }
    if (!isChanged) return [{ ...line, words }];
    return now.length === 0 ? [] : [lineOf(now)];
  };
  const newBlocks = (at: number) => added("block", at).map((word) => blockOf([lineOf([word])]));
  const blocks: Block[] = page.blocks.flatMap((block, place) => {
    const lines = block.lines.map(changedLine);
    const isChanged = lines.some((now, at) => now[0]?.words !== block.lines[at]?.words);
    const left = lines.flat();
    const kept = isChanged ? (left.length === 0 ? [] : [blockOf(left)]) : [block];
    return [...newBlocks(place), ...kept];
  });
  const now = { ...page, blocks: [...blocks, ...newBlocks(page.blocks.length)] };
  return { ...now, confidence: meanConfidence(now) };
}

/** Throws unless the changes begin with the words that are there. */
function checkBefore(words: readonly Word[], changes: readonly Change[]): void {
  for (const { at, before } of changes) {
    const isThere = before.every(({ text }, offset) => words[at + offset]?.text === text);
    if (!isThere) throw new DamagedCorrection(`a correction of word ${at} does not belong to this page`);
  }
}
