import { type Operation, operationsOf } from "./content-operators.ts";

/**
 * A text object of a page's own content, in their order. `fate`: whether it stays, goes, or stays to be seen
 * without being text. `advance`: how far the next one begins after it, in thousandths of its font's size.
 */
export type TextFate = { fate: "keep" | "remove" | "untext"; advance: number };

const shows: ReadonlySet<string> = new Set(["Tj", "TJ", "'", '"']);
/** What sets where a text begins, so that it does not matter how wide the one before was. */
const moves: ReadonlySet<string> = new Set(["Td", "TD", "Tm", "T*", "'", '"', "BT", "ET"]);

/** An image or a form; the data of an inline image. */
const draws: ReadonlySet<string> = new Set(["Do", "ID"]);

/**
 * The content without the texts that go, all else byte by byte. `drawsGo`: of each operation that draws an
 * image or form, whether it goes. Undefined where the content's operations are not those that the objects
 * were made of.
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

/** Undefined where the operation stays as it is. */
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

/** What an operator does beside showing text. */
function lineStart(operator: string, source: Buffer): string {
  if (operator === "'") return "T*";
  if (operator !== '"') return "";
  const [words = "0", characters = "0"] = source.toString("latin1").trim().split(/\s+/);
  return `${words} Tw ${characters} Tc T*`;
}

/** Whether the next text begins where this one ends. */
function isContinued(operations: readonly Operation[], index: number): boolean {
  const next = operations.slice(index + 1).find(({ operator }) => shows.has(operator) || moves.has(operator));
  return next !== undefined && !moves.has(next.operator);
}
