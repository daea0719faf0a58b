import { type Box, heightOf, middleY } from "@orbital-witness/common/results/box.ts";
import type { Cell } from "@orbital-witness/common/results/regions.ts";
import { type Piece, rowOverlap } from "./pieces.ts";
import { boxOfPieces, rowsOf } from "./rows.ts";
import { type Distances, distanceTo, squash, start, tolerance, withLetter } from "./squash.ts";

/** In heights. Words that are farther apart do not belong to one phrase. */
const WORD_GAP = 2.5;
const LINE_GAP = 1.6;
/** In heights. How far the second line of a phrase may begin to the left or right of the first. */
const INDENT = 3;
const MOST_WORDS = 40;

/**
 * A phrase that stands on the page. `rest`: what follows it in its last piece, such as the number in "No815".
 * `distance`: how many letters differ.
 */
export type Found = {
  phrase: string;
  pieces: Piece[];
  rest: Piece | undefined;
  box: Box;
  /** The first and the last line of the phrase. */
  firstLine: Box;
  lastLine: Box;
  cell: Cell | undefined;
  distance: number;
  /** Nothing stands directly to the left of it. */
  isStart: boolean;
};

type Path = { pieces: Piece[]; lineStart: Piece; distances: Distances };

/** Finds phrases among the words of a page, in spite of misread letters and lost spaces. */
export class PhraseFinder {
  readonly pieces: readonly Piece[];
  readonly #right = new Map<Piece, Piece>();
  /** The pieces without another one directly to their left. */
  readonly #starts = new Set<Piece>();
  readonly #startsIn = new Map<Cell | undefined, Piece[]>();

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    // Specks that are read as signs must not come between two words.
    const words = pieces.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
    const byCell = Map.groupBy(words, ({ cell }) => cell);
    for (const [cell, group] of byCell) {
      for (const row of rowsOf(group)) {
        for (const [index, piece] of row.entries()) {
          const before = row[index - 1];
          const gap = before ? piece.box[0] - before.box[2] : Number.POSITIVE_INFINITY;
          const height = Math.max(heightOf(piece.box), before ? heightOf(before.box) : 0);
          if (before && gap <= WORD_GAP * height) this.#right.set(before, piece);
          if (gap > height) this.#starts.add(piece);
        }
      }
      this.#startsIn.set(
        cell,
        group.filter((piece) => this.#starts.has(piece)),
      );
    }
  }

  /** All places of a phrase, the best ones first. `taken` pieces do not count. */
  find(phrase: string, taken: ReadonlySet<Piece> = new Set()): Found[] {
    const { letters } = squash(phrase);
    if (letters === "") return [];
    const found: Found[] = [];
    const distances = start(tolerance(letters));
    for (const piece of this.pieces) {
      if (taken.has(piece) || !mayStart(piece, letters)) continue;
      const best = this.#search(phrase, letters, taken, {
        ...{ pieces: [piece], lineStart: piece, distances },
      });
      if (best) found.push({ ...best, isStart: this.#starts.has(piece) });
    }
    return withoutOverlaps(
      found.sort((a, b) => a.distance - b.distance || b.pieces.length - a.pieces.length),
    );
  }

  #search(
    phrase: string,
    letters: string,
    taken: ReadonlySet<Piece>,
    path: Path,
  ): Omit<Found, "isStart"> | undefined {
    const piece = path.pieces.at(-1);
    if (!piece) return undefined;
    const most = tolerance(letters);
    const { letters: own, ends } = squash(piece.text);
    if (own.length === 0 && path.pieces.length === 1) return undefined;
    let distances = path.distances;
    let best: Omit<Found, "isStart"> | undefined;
    for (let index = 0; index < own.length; index++) {
      distances = withLetter(distances, letters, own[index] ?? "", most);
      if (index % 4 === 3 && isTooFar(distances, most)) break;
      const distance = distanceTo(letters, distances);
      if (distance > most || (best && distance > best.distance)) continue;
      const end = ends[index] ?? piece.text.length;
      const isEnd = index === own.length - 1;
      if (!isEnd && !isBoundary(piece.text, end)) continue;
      best = foundAt(phrase, path.pieces, isEnd ? undefined : restOf(piece, end), distance);
    }
    if (best && !isSameCase(phrase, best)) best = undefined;
    if (isTooFar(distances, most) || path.pieces.length > MOST_WORDS) return best;
    for (const next of this.#nextOf(path)) {
      if (taken.has(next) || path.pieces.includes(next)) continue;
      const lineStart = next.box[1] > piece.box[3] - heightOf(piece.box) / 3 ? next : path.lineStart;
      const longer = this.#search(phrase, letters, taken, {
        ...{ pieces: [...path.pieces, next], lineStart, distances },
      });
      if (longer && (!best || longer.distance < best.distance)) best = longer;
    }
    return best;
  }

  /** The next piece in the row, and the first piece of the next line. */
  #nextOf({ pieces, lineStart }: Path): Piece[] {
    const piece = pieces.at(-1);
    if (!piece) return [];
    const right = this.#right.get(piece);
    const height = heightOf(lineStart.box);
    const below = (this.#startsIn.get(piece.cell) ?? [])
      .filter(
        ({ box }) =>
          middleY(box) > piece.box[3] &&
          box[1] - piece.box[3] < LINE_GAP * height &&
          Math.abs(box[0] - lineStart.box[0]) <= INDENT * height,
      )
      .sort((a, b) => a.box[1] - b.box[1])[0];
    return [right, below].filter((next) => next !== undefined);
  }
}

/** Rules out most words without a search: a phrase begins with some letters of its first word in sequence. */
function mayStart({ text }: Piece, phrase: string): boolean {
  const { letters } = squash(text);
  if (letters.length < 3) return true;
  const length = letters.length < 6 ? 2 : 3;
  const beginning = phrase.slice(0, letters.length + 2);
  for (let index = 0; index <= letters.length - length; index++) {
    if (beginning.includes(letters.slice(index, index + length))) return true;
  }
  return false;
}

function foundAt(
  phrase: string,
  pieces: Piece[],
  rest: Piece | undefined,
  distance: number,
): Omit<Found, "isStart"> {
  const own = pieces.map((piece, index): Piece => {
    const [left, top, , bottom] = piece.box;
    return rest && index === pieces.length - 1 ? { ...piece, box: [left, top, rest.box[0], bottom] } : piece;
  });
  const lineOf = (one: Piece | undefined) =>
    boxOfPieces(own.filter((piece) => one && (piece === one || rowOverlap(piece.box, one.box) > 0.3)));
  return {
    ...{ phrase, pieces, rest, distance, box: boxOfPieces(own) },
    ...{ firstLine: lineOf(own[0]), lastLine: lineOf(own.at(-1)), cell: own[0]?.cell },
  };
}

function isTooFar({ values }: Distances, most: number): boolean {
  for (const value of values) if (value <= most) return false;
  return true;
}

/**
 * Where a phrase may end inside a word: before a sign, between letters and digits, and where a new word
 * begins although its space was lost, as in "SURNAMEGreen".
 */
function isBoundary(text: string, end: number): boolean {
  const [before = "", after = "", next = ""] = [text.slice(0, end).at(-1), text[end], text[end + 1]];
  if (!/[\p{L}\p{N}]/u.test(after)) return /[\p{L}\p{N}]/u.test(text.slice(end));
  if (/\p{L}/u.test(before) !== /\p{L}/u.test(after)) return true;
  return /\p{Lu}/u.test(after) && (/\p{Ll}/u.test(before) || /\p{Ll}/u.test(next));
}

function restOf(piece: Piece, end: number): Piece {
  const [left, top, right, bottom] = piece.box;
  const text = piece.text.slice(end).replace(/^[^\p{L}\p{N}]+/u, "");
  const from = right - Math.round(((right - left) * text.length) / piece.text.length);
  return { ...piece, text, box: [from, top, right, bottom] };
}

/** A short label must be written as described, because "name" is a usual word and "Name" a label. */
function isSameCase(phrase: string, { pieces, rest }: Omit<Found, "isStart">): boolean {
  const wanted = lettersOf(phrase);
  if (wanted.length >= 6) return true;
  const read = lettersOf(pieces.map(({ text }) => text).join(""));
  return (rest ? read.slice(0, wanted.length) : read) === wanted;
}

function lettersOf(text: string): string {
  return text.normalize("NFKC").replace(/[^\p{L}\p{N}]/gu, "");
}

function withoutOverlaps(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const each of found) {
    const isTaken = kept.some(({ pieces }) => pieces.some((piece) => each.pieces.includes(piece)));
    if (!isTaken) kept.push(each);
  }
  return kept;
}
