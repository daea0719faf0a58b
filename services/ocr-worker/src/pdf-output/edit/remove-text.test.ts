import fc from "fast-check";
import { expect, test } from "vitest";
import { operationsOf } from "./content-operators.ts";
import { removeTexts, type TextFate } from "./remove-text.ts";

const bytes = (source: string) => Buffer.from(source, "latin1");
const operators = (source: string) => operationsOf(bytes(source)).map(({ operator }) => operator);
const uncut = { codes: 0, cuts: [] };
const keep: TextFate = { fate: "keep", advance: 0, ...uncut };
const remove = (advance = 0): TextFate => ({ fate: "remove", advance, ...uncut });
const edited = (source: string, ...texts: TextFate[]) =>
  removeTexts(bytes(source), texts, [])?.content.toString("latin1").replaceAll(/\s+/g, " ").trim();

test.each([
  ["BT /F1 12 Tf (a\\)b(c)) Tj ET", ["BT", "Tf", "Tj", "ET"]],
  ["[<48> -20 (i)] TJ % (no) Tj\n1 0 0 1 0 0 cm", ["TJ", "cm"]],
  ["/Span <</ActualText (x) /Lang null>> BDC EMC", ["BDC", "EMC"]],
  ["q BI /W 2 /H 1 /BPC 8 ID (Tj\x00\xffEI\x80 EI\nQ", ["q", "BI", "ID", "Q"]],
  ["0 g/F1 9 Tf(x)'", ["g", "Tf", "'"]],
])("%s has its operators", (source, expected) => {
  expect(operators(source)).toEqual(expected);
});

test("a text is removed, and all other bytes are kept", () => {
  expect(edited("BT 1 0 0 1 5 5 Tm (gone) Tj ET q (stays) Tj Q", remove(), keep)).toBe(
    "BT 1 0 0 1 5 5 Tm ET q (stays) Tj Q",
  );
  const source = "BT\r\n(a)  Tj\tET% end";
  expect(removeTexts(bytes(source), [keep], [])?.content.toString("latin1")).toBe(source);
});

test("text that follows a removed text on the same line keeps its position", () => {
  expect(edited("BT (gone) Tj (stays) Tj ET", remove(1500), keep)).toBe("BT [-1500] TJ (stays) Tj ET");
  expect(edited("BT (gone) Tj 0 -12 Td (stays) Tj ET", remove(1500), keep)).toBe("BT 0 -12 Td (stays) Tj ET");
  expect(edited("BT (gone) ' (stays) Tj ET", remove(20), keep)).toBe("BT T* [-20] TJ (stays) Tj ET");
  expect(edited('BT 2 1 (gone) " ET', remove())).toBe("BT 2 Tw 1 Tc T* ET");
});

test("a text with wrong letters stays visible, but is not extracted", () => {
  expect(edited("BT (odd) Tj ET", { fate: "untext", advance: 0, ...uncut })).toBe(
    "BT /Span <</ActualText ( )>> BDC (odd) Tj EMC ET",
  );
});

test("a form that contains only removed text is not drawn", () => {
  const content = bytes("q /Image Do Q /Layer Do");
  expect(removeTexts(content, [], [false, true])?.content.toString("latin1")).toBe("q /Image Do Q  ");
});

test("content whose operations do not match the objects is not edited", () => {
  expect(removeTexts(bytes("(a) Tj () Tj"), [remove(), remove()], [])).toBeUndefined();
  expect(removeTexts(bytes("/X Do"), [], [true, true])).toBeUndefined();
});

test("any bytes are parsed to their end, and no kept operation is lost", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      const found = operationsOf(content);
      for (const [index, { start, end }] of found.entries()) {
        expect(start).toBeGreaterThanOrEqual(found[index - 1]?.end ?? 0);
        expect(end).toBeGreaterThan(start);
      }
    }),
  );
});
