import { type Piece, rowOverlap } from "../words/pieces.ts";
import { boxOfPieces, confidenceOfPieces, rowsOf, textOfPieces } from "../words/rows.ts";
import { dateIn } from "./dates.ts";
import type { FieldValue } from "./field.ts";
import type { ValueField } from "./form-description.ts";

const SURE = 60;

export const noValue: FieldValue = { value: "", box: null, confidence: null };

/** Letters that a single digit in a box is taken for. */
const digits: Readonly<Record<string, string>> = { O: "0", o: "0", D: "0", l: "1", I: "1", S: "5", B: "8" };

/** The value that words make. Signs alone are dust and rules, and make no value. */
export function valueFrom(words: readonly Piece[], type: ValueField["type"]): FieldValue {
  const pieces = words.filter((piece) => !isDust(piece, type));
  if (pieces.length === 0) return noValue;
  if (type === "number") return numberIn(pieces);
  if (type === "date") return dateOf(pieces);
  const text = textOfPieces(pieces);
  const found = dateIn(text);
  return withPlace(text, pieces, found?.written === text ? found.date : undefined);
}

/** Specks and pieces of rules are read as signs, or as one or two letters with little confidence. */
function isDust({ text, confidence = 100 }: Piece, type: ValueField["type"]): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]/gu, "");
  if (type === "text" && text === "&") return false;
  return letters === "" || (type !== "number" && letters.length <= 2 && confidence < SURE);
}

function withPlace(value: string, pieces: readonly Piece[], date?: string): FieldValue {
  if (value === "" || pieces.length === 0) return noValue;
  return {
    ...{ value, ...(date && { date }) },
    ...{ box: boxOfPieces(pieces), confidence: confidenceOfPieces(pieces) },
  };
}

/** The digits of the first row that has any. */
function numberIn(pieces: readonly Piece[]): FieldValue {
  for (const row of rowsOf(pieces)) {
    const numbers = row.flatMap((piece) => {
      const text = piece.text.replace(/[^\p{L}\p{N}]/gu, "");
      const number = text.length === 1 ? (digits[text] ?? text) : text;
      return /^\d+$/.test(number) ? [{ piece, number }] : [];
    });
    if (numbers.length === 0) continue;
    return withPlace(
      numbers.map(({ number }) => number).join(""),
      numbers.map(({ piece }) => piece),
    );
  }
  return noValue;
}

/** A date may stand in one row, with other words around it. */
function dateOf(pieces: readonly Piece[]): FieldValue {
  for (const row of rowsOf(pieces)) {
    const found = dateIn(textOfPieces(row));
    if (!found) continue;
    const words = found.written.split(" ");
    const own = row.filter(({ text }) => words.some((word) => text.includes(word)));
    return withPlace(found.written, own, found.date);
  }
  const first = rowsOf(pieces)[0] ?? [];
  // What is not a date is still what was written there.
  return withPlace(textOfPieces(first.filter(({ box }) => rowOverlap(box, boxOfPieces(first)) > 0)), first);
}
