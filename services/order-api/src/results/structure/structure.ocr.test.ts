import { afterAll, beforeAll, expect, test } from "vitest";
import { drawPage, drawText, grey } from "../../../../../tests/drawn-page.ts";
import { drawCheckBox, drawForm, drawnForm } from "../../../../../tests/order-api/drawn-form.ts";
import {
  developmentLanguageData,
  type Engine,
  openEngine,
} from "../../../../ocr-worker/src/recognition/engine.ts";
import {
  createRecognizer,
  type RecognizePage,
} from "../../../../ocr-worker/src/recognition/recognize-page.ts";
import { readFields } from "./read-structure.ts";
import { csvOf } from "./tables/csv.ts";
import { readTables } from "./tables/read-tables.ts";

let engine: Engine;
let recognize: RecognizePage;
beforeAll(async () => {
  engine = await openEngine(["eng"], developmentLanguageData());
  recognize = createRecognizer(engine);
});
afterAll(() => engine.close());

async function read(svg: string, height: number) {
  const page = drawPage([], { width: 1400, height, fontSize: 30 }, svg).blur(0.5);
  const { result } = await recognize(await grey(page, 150));
  return result;
}

test("a known form gives its labels with values and check boxes", async () => {
  const page = await read(drawForm(), 1400);
  const { form, fields } = readFields(page);
  expect(form?.id).toBe("K16");
  const [cheque, debit, forenames, surnames, key, address, reference, date] = fields;
  expect(cheque).toMatchObject({ checked: false, state: "empty" });
  expect(debit).toMatchObject({ checked: true, state: "crossed" });
  const values = (names: string[]) => ({ values: names.map((value) => expect.objectContaining({ value })) });
  expect(forenames).toMatchObject(values(drawnForm.forenames));
  expect(surnames).toMatchObject(values(drawnForm.surnames));
  expect(key).toMatchObject({ label: "KEY NUMBER", value: drawnForm.key });
  expect(address).toMatchObject({ value: drawnForm.address.join(" ") });
  expect(reference).toMatchObject({ value: "", box: null, confidence: null });
  expect(date).toMatchObject({ value: drawnForm.date, date: "2024-03-06" });

  // A corrected word is in the field at once.
  const corrected = JSON.parse(JSON.stringify(page).replaceAll("Northwood", "Norwood"));
  expect(readFields(corrected).fields[3]).toMatchObject({ values: [{ value: "Norwood" }, {}, {}] });
});

test("an unknown form gives labels and values too", async () => {
  const box = (y: number, label: string, value: string) =>
    `<path d="M100 ${y}h1000v110h-1000z" fill="none" stroke="black" stroke-width="3"/>` +
    `<text x="115" y="${y + 34}" font-size="22">${label}</text>${drawText(140, y + 85, value)}`;
  const page = await read(
    [
      drawText(100, 80, "Licence to keep boats on the quay"),
      drawText(100, 150, "Harbour: Saltmere") + drawText(700, 150, "Berth: 14"),
      box(200, "Name of the keeper", "Jonah Tremlett"),
      box(310, "Name of the boat", "Curlew"),
      drawCheckBox(120, 460, "Has an engine", "tick") + drawCheckBox(700, 460, "Carries guests"),
    ].join(""),
    600,
  );
  const { form, fields } = readFields(page);
  expect(form).toBeNull();
  expect(fields).toMatchObject([
    { label: "Harbour", value: "Saltmere" },
    { label: "Berth", value: "14" },
    { label: "Name of the keeper", value: "Jonah Tremlett" },
    { label: "Name of the boat", value: "Curlew" },
    { label: "Has an engine", checked: true, state: "ticked" },
    { label: "Carries guests", checked: false, state: "empty" },
  ]);
});

test("ruled and unruled tables give rows, spans and sums", async () => {
  const rules = "M100 160h900v210h-900zM100 230h900M100 300h900M400 230v140M700 160v210";
  const sums = [
    ["Ground rent to Lady Day", "125.00"],
    ["Water rates", "48.16"],
    ["Search of the register", "7.00"],
    ["Balance due", "180.16"],
  ];
  const page = await read(
    [
      drawText(100, 100, "Schedule of the rents, and statement of what is due"),
      `<path d="${rules}" fill="none" stroke="black" stroke-width="3"/>`,
      drawText(120, 205, "Premises and tenant") + drawText(720, 205, "Rent"),
      drawText(120, 275, "Quay House") + drawText(420, 275, "Mary Orme") + drawText(720, 275, "125.00"),
      drawText(120, 345, "Mill Cottage") + drawText(420, 345, "=SUM(A1)") + drawText(720, 345, "90.50"),
      ...sums.flatMap(([label = "", sum = ""], index) => [
        drawText(100, 480 + index * 55, label),
        `<text x="1000" y="${480 + index * 55}" text-anchor="end">${sum}</text>`,
      ]),
    ].join(""),
    720,
  );
  const [ruled, aligned, ...others] = readTables(page);
  expect(others).toEqual([]);
  expect(ruled).toMatchObject({ ruled: true, rows: 3, columns: 3 });
  expect(ruled?.cells[0]).toMatchObject({ text: "Premises and tenant", column_span: 2, row_span: 1 });
  expect(ruled && csvOf(ruled)).toBe(
    "Premises and tenant,,Rent\r\nQuay House,Mary Orme,125.00\r\nMill Cottage,'=SUM(A1),90.50\r\n",
  );
  expect(aligned).toMatchObject({ ruled: false, rows: 4, columns: 2 });
  expect(aligned && csvOf(aligned)).toBe(sums.map((row) => `${row.join(",")}\r\n`).join(""));
});
