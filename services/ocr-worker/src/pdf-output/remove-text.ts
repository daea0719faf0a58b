import { type Operation, operationsOf } from "./content-operators.ts";

/**
 * What happens to a text object. `fate`: it is kept, is removed, or stays visible without being extracted as
 * text (`untext`). `advance`: the distance to the start of the next text object, in thousandths of its font
 * size.
 */
export type TextFate = { fate: "keep" | "remove" | "untext"; advance: number };

const shows: ReadonlySet<string> = new Set(["Tj", "TJ", "'", '"']);
/** Operators that set the position of the next text, so that the width of the text before does not matter. */
const moves: ReadonlySet<string> = new Set(["Td", "TD", "Tm", "T*", "'", '"', "BT", "ET"]);

/** Operators that draw an image or a form. `ID` comes before the data of an inline image. */
const draws: ReadonlySet<string> = new Set(["Do", "ID"]);

/**
 * Removes texts from the content, and keeps all other bytes. `texts` and `drawsGo` list the page's text
 * objects and drawn images and forms, in order; `drawsGo` is true for those to remove. Returns undefined if
 * the content's operations do not match these lists.
 */
export function removeTexts(
  content: Uint8Array,
  texts: readonly TextFate[],
  drawsGo: readonly boolean[],
): Buffer | undefined {
  const operations = operationsOf(content);
  const shown = operations.filter(({ operator, hasText }) => shows.has(operator) && hasText);
  const drawn = operations.filter(({ operator }) => draws.has(operator));
  if (shown.length !== texts.length) return undefined;
  if (drawn.length !== drawsGo.length && drawsGo.includes(true)) return undefined;
  const fates = new Map(shown.map((operation, index) => [operation, texts[index]]));
  const gone = new Set(drawn.filter((_, index) => drawsGo[index]));
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [index, operation] of operations.entries()) {
    const source = replacement(content, operation, fates.get(operation), gone, () =>
      isContinued(operations, index),
    );
    if (source === undefined) continue;
    parts.push(content.subarray(at, operation.start), source);
    at = operation.end;
  }
  return Buffer.concat([...parts, content.subarray(at)]);
}

/** Undefined if the operation is kept. */
function replacement(
  content: Uint8Array,
  operation: Operation,
  text: TextFate | undefined,
  gone: ReadonlySet<Operation>,
  isContinued: () => boolean,
): Buffer | undefined {
  if (gone.has(operation)) return Buffer.from(" ");
  if (!text || text.fate === "keep") return undefined;
  const source = Buffer.from(content.subarray(operation.start, operation.end));
  if (text.fate === "untext")
    return Buffer.concat([Buffer.from(" /Span <</ActualText ()>> BDC "), source, Buffer.from(" EMC ")]);
  const advance = isContinued() ? ` [${-Math.round(text.advance)}] TJ` : "";
  return Buffer.from(` ${lineStart(operation.operator, source)}${advance} `, "latin1");
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
