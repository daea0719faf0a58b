import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawPage, drawText, grey } from "../../../../../tests/drawn-page.ts";
import { drawCheckBox, drawDigits } from "../../../../../tests/order-api/drawn-form.ts";
import { developmentLanguageData, type Engine, openEngine } from "../engine.ts";
import { createRecognizer } from "../recognize-page.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(["eng"], developmentLanguageData());
});
afterAll(() => engine.close());

const addresses = [
  ["57 Hegman Corners", "Weymouth Port", "Leicestershire", "LE47 4FH"],
  ["902 Jenkins Village", "Kuhic Lane", "Peterborough", "PE12 8UU"],
];
const notes = ["Notes", "A form for", "A lease in", "A register"];

/** A form whose left column, of notes, is open at the left, and whose notes begin beyond its rules. */
function drawForm() {
  const column = (x: number, y: number, lines: readonly string[]) =>
    lines.map((line, index) => drawText(x, y + index * 40, line)).join("");
  const rules = "M60 60H1200M60 340H1200M60 480H1200M60 640H1200M320 60V640M1200 60V640";
  const form = [
    `<path d="${rules}" stroke="black" stroke-width="3" fill="none"/>`,
    column(30, 105, notes) + column(350, 105, ["Addresses of the applicant"]),
    column(350, 165, addresses[0] ?? []) + column(760, 165, addresses[1] ?? []),
    column(50, 420, ["Key number"]) + drawDigits(350, 380, "3864640"),
    drawCheckBox(350, 490, "A cheque for the fee is enclosed") + column(50, 550, ["Fee"]),
    drawCheckBox(350, 570, "Please debit our account", "cross"),
  ];
  return grey(drawPage([], { width: 1300, height: 700 }, form.join("")).blur(0.5), 150);
}

test("addresses side by side, digits in boxes, notes at an open edge and check boxes of a form", async () => {
  const { result } = await createRecognizer(engine)(await drawForm());
  expect(textOf(result).split(/\n+/)).toEqual([
    ...notes,
    "Addresses of the applicant",
    ...addresses.flat(),
    "Key number",
    "3 8 6 4 6 4 0",
    "Fee",
    "A cheque for the fee is enclosed",
    "Please debit our account",
    "",
  ]);
  expect(result.regions?.check_boxes.map(({ state }) => state)).toEqual(["empty", "crossed"]);
});
