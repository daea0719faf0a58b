import { type Operation, operationsOf } from "./content-operators.ts";
import { type Cut, cutCharacters } from "./cut-characters.ts";

/**
 * What happens to a text object. `fate`: it is kept, is removed, or stays visible without being extracted as
 * text (`untext`). `advance`: the distance to the start of the next text object, in thousandths of its font
 * size. `codes`: how many codes its strings have, if some of them are to be cut.
 */
export type TextFate = {
  fate: "keep" | "remove" | "untext";
  advance: number;
  codes: number;
  cuts: readonly Cut[];
};

const shows: ReadonlySet<string> = new Set(["Tj", "TJ", "'", '"']);
/** Operators that set the position of the next text, so that the width of the text before does not matter. */
const moves: ReadonlySet<string> = new Set(["Td", "TD", "Tm", "T*", "'", '"', "BT", "ET"]);

/** Operators that draw an image or a form. `ID` comes before the data of an inline image. */
const draws: ReadonlySet<string> = new Set(["Do", "ID"]);

/** A space takes the place of the text, because PDFium ignores an empty replacement. */
const noText = " /Span <</ActualText ( )>> BDC ";

/** `uncut`: the number of text objects whose cuts do not match their strings. They keep all characters. */
export type EditedContent = { content: Buffer; uncut: number };

/**
 * Removes texts from the content, and keeps all other bytes. `texts` and `drawsGo` list the page's text
 * objects and drawn images and forms, in order; `drawsGo` is true for those to remove. Returns undefined if
 * the content's operations do not match these lists.
 */
export function removeTexts(
  content: Uint8Array,
  texts: readonly TextFate[],
  drawsGo: readonly boolean[],
): EditedContent | undefined {
  const operations = operationsOf(content);
  const shown = operations.filter(({ operator, hasText }) => shows.has(operator) && hasText);
  const drawn = operations.filter(({ operator }) => draws.has(operator));
  if (shown.length !== texts.length) return undefined;
  if (drawn.length !== drawsGo.length && drawsGo.includes(true)) return undefined;
  const fates = new Map(shown.map((operation, index) => [operation, texts[index]]));
  const gone = new Set(drawn.filter((_, index) => drawsGo[index]));
  const parts: Uint8Array[] = [];
  let [at, uncut] = [0, 0];
  for (const [index, operation] of operations.entries()) {
    const text = fates.get(operation);
    if (!gone.has(operation) && (!text || (text.fate === "keep" && text.cuts.length === 0))) continue;
    const source = Buffer.from(content.subarray(operation.start, operation.end));
    const isCut = text !== undefined && text.fate !== "remove" && text.cuts.length > 0;
    const cut = isCut ? cutCharacters(source, text.codes, text.cuts) : undefined;
    if (isCut && cut === undefined) uncut++;
    const isLast = !isContinued(operations, index);
    const replaced = text ? replacement(operation.operator, source, text, { cut, isLast }) : Buffer.from(" ");
    parts.push(content.subarray(at, operation.start), replaced);
    at = operation.end;
  }
  return { content: Buffer.concat([...parts, content.subarray(at)]), uncut };
}

/** `cut`: the operand of TJ without the characters to cut. `isLast`: no text starts where this one ends. */
function replacement(
  operator: string,
  source: Buffer,
  { fate, advance }: TextFate,
  { cut, isLast }: { cut: string | undefined; isLast: boolean },
): Buffer {
  if (fate === "remove") {
    const space = isLast ? "" : ` [${-Math.round(advance)}] TJ`;
    return Buffer.from(` ${lineStart(operator, source)}${space} `, "latin1");
  }
  const shown =
    cut === undefined ? source : Buffer.from(`${lineStart(operator, source)} ${cut} TJ`, "latin1");
  if (fate === "keep") return Buffer.concat([Buffer.from(" "), shown, Buffer.from(" ")]);
  return Buffer.concat([Buffer.from(noText), shown, Buffer.from(" EMC ")]);
}

/** The operators for what an operator does in addition to showing text. */
function lineStart(operator: string, source: Buffer): string {
  if (operator === "'") return "T*";
  if (operator !== '"') return "";
  const [words = "0", characters = "0"] = source.toString("latin1").trim().split(/\s+/);
  return `${words} Tw ${characters} Tc T*`;
}

/** Whether the next text starts at the end of this one. */
function isContinued(operations: readonly Operation[], index: number): boolean {
  const next = operations.slice(index + 1).find(({ operator }) => shows.has(operator) || moves.has(operator));
  return next !== undefined && !moves.has(next.operator);
}
