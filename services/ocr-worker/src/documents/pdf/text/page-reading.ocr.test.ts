import { rgb, StandardFonts } from "@cantoo/pdf-lib";
import { textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, describe, expect, test, vi } from "vitest";
import { seededRandom } from "../../../../../../samples/drawing/random.ts";
import { characterErrorRate } from "../../../../../../samples/scoring/character-error-rate.ts";
import { makePdf, rawPdf } from "../../../../../../tests/documents.ts";
import { openPage } from "../../../../../../tests/open-bytes.ts";
import { drawLines } from "../../../../../../tests/scan.ts";
import { developmentLanguageData, openEngine } from "../../../recognition/engine.ts";

const engine = await openEngine(["eng"], developmentLanguageData());
afterAll(() => engine.close());

const clauses = [
  "The tenant covenants with the landlord to keep the roof,",
  "walls and drains in good repair and not to cut or injure",
  "any of the timbers of the building without a licence in",
  "writing by Mr Quigley of 27 Station Road, Jaxby, dated 1950.",
];

const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];

/** A page of Helvetica whose font maps letters to the given meanings. `more`: further operators. */
function mappedPdf(lines: readonly string[], meanings: ReadonlyMap<string, string>, more = ""): Buffer {
  const hex = (text: string, digits: number) => text.charCodeAt(0).toString(16).padStart(digits, "0");
  const entries = letters.map((letter) => `<${hex(letter, 2)}> <${hex(meanings.get(letter) ?? letter, 4)}>`);
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <2F> <0020> endbfrange
${entries.length} beginbfchar ${entries.join("\n")} endbfchar endcmap end end`;
  const text = lines.map((line, index) => `1 0 0 1 20 ${170 - 20 * index} Tm (${line}) Tj`).join("\n");
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F 5 " +
      "0 R /G 7 0 R >> >> >>",
    { dictionary: "", stream: Buffer.from(`BT /F 11 Tf ${text} ET ${more}`) },
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
    { dictionary: "", stream: Buffer.from(map) },
    "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
  );
}

function shuffled(seed: number): Map<string, string> {
  const random = seededRandom(seed);
  const others = letters.map((letter) => ({ letter, key: random() })).toSorted((a, b) => a.key - b.key);
  return new Map(letters.map((letter, index) => [letter, others[index]?.letter ?? letter]));
}

const shifted = new Map(
  letters.map((letter, index) => [letter, letters[(index + 7) % letters.length] ?? ""]),
);
const twoSwapped = new Map([
  ["e", "a"],
  ["a", "e"],
]);

describe("letters that a font maps to others", () => {
  test.each([
    ["at random (1)", shuffled(1)],
    ["at random (2)", shuffled(2)],
    ["shifted", shifted],
    ["two of them swapped", twoSwapped],
  ])("are rejected: %s", async (_, meanings) => {
    const { text, remove } = await openPage(mappedPdf(clauses, meanings), 1, {}, engine.recognize);
    expect(text).toBeUndefined();
    expect(remove).toMatchObject({ hidden: [], wrong: [0, 1, 2, 3] });
  });

  test("are accepted if they are right", async () => {
    const { text = [], remove } = await openPage(mappedPdf(clauses, new Map()), 1, {}, engine.recognize);
    expect(textOf({ blocks: text })).toBe(`${clauses.join("\n")}\n`);
    expect(remove).toEqual({ hidden: [], wrong: [], covered: [] });
  });
});

test.each([
  ["up", "0 1 -1 0 380 10 Tm"],
  ["down", "0 -1 1 0 370 190 Tm"],
])(
  "The letters of a vertical line that runs %s are checked, and read if they are wrong",
  async (_, place) => {
    const upright = `BT /G 11 Tf 1 0 0 1 20 170 Tm (${clauses[0]}) Tj 0 -20 Td (${clauses[1]}) Tj ET`;
    const vertical = `BT /F 11 Tf ${place} (Registered in the County of Jaxby) Tj ET`;
    const readWith = (meanings: ReadonlyMap<string, string>) =>
      openPage(mappedPdf([], meanings, upright + vertical), 1, {}, engine.recognize);
    const [right, wrong] = [await readWith(new Map()), await readWith(shifted)];
    const text = `${clauses[0]}\n${clauses[1]}\n\nRegistered in the County of Jaxby\n`;
    expect(textOf({ blocks: right.text ?? [] })).toBe(text);
    expect(right.remove).toEqual({ hidden: [], wrong: [], covered: [] });
    expect(textOf({ blocks: wrong.text ?? [] })).toBe(text);
    expect(wrong.remove).toMatchObject({ hidden: [], wrong: [2] });
    const places = [right, wrong].map(({ text: blocks = [] }) => wordsOf({ blocks }).slice(-6));
    const [own = [], recognised = []] = places;
    expect(recognised.map(({ source }) => source)).toEqual(own.map(() => "ocr"));
    expect(recognised.map(({ direction }) => direction)).toEqual(own.map(({ direction }) => direction));
    for (const [index, { box }] of recognised.entries()) {
      for (const [edge, at] of box.entries()) {
        expect(Math.abs(at - (own[index]?.box[edge] ?? Number.NaN))).toBeLessThan(8);
      }
    }
  },
);

test("Fonts of many faces and sizes are accepted", async () => {
  const faces = [
    ...[StandardFonts.Helvetica, StandardFonts.HelveticaBold, StandardFonts.TimesRoman],
    ...[StandardFonts.TimesRomanItalic, StandardFonts.Courier, StandardFonts.CourierBold],
  ];
  const words = ["Single-Value", "Rules", "OBJECTS", "£1,950.27", "Every", "quarter", "of", "Jaxby", "title"];
  const bytes = await makePdf(async (page, pdf) => {
    page.setSize(700, 700);
    for (const [index, face] of faces.entries()) {
      const font = await pdf.embedFont(face);
      for (const [row, size] of [7, 11, 24].entries()) {
        const line = words.slice(row * 3, row * 3 + 6).join(" ");
        page.drawText(line, { x: 20, y: 660 - index * 110 - row * 32, size, font });
      }
    }
  });
  const { text, remove } = await openPage(bytes, 1, {}, engine.recognize);
  expect(text).toBeDefined();
  expect(remove).toEqual({ hidden: [], wrong: [], covered: [] });
});

test.each([1, 2])("The text of a picture is read between the text above and below it (%i)", async (seed) => {
  const random = seededRandom(seed);
  const inPicture = [["the owner of the land may pass", "and repass at all times"], ["over the brown track"]][
    seed - 1
  ] ?? [""];
  const bytes = await makePdf(async (page, pdf) => {
    page.setSize(400, 300);
    page.drawText(clauses.join("\n"), { x: 20, y: 270, size: 10, lineHeight: 13 });
    const png = await drawLines(inPicture, 900).png().toBuffer();
    const height = (45 + 75 * inPicture.length) * 0.24;
    const x = 20 + Math.round(random() * 100);
    page.drawImage(await pdf.embedPng(png), { x, y: 190 - height, width: 216, height });
    page.drawText(clauses.join("\n"), { x: 20, y: 90, size: 10, lineHeight: 13 });
  });
  const { text = [] } = await openPage(bytes, 1, {}, engine.recognize);
  const truth = [...clauses, ...inPicture, ...clauses].join("\n");
  expect(characterErrorRate(truth, textOf({ blocks: text }))).toBeLessThan(0.01);
  const recognised = wordsOf({ blocks: text }).filter(({ source }) => source === "ocr");
  expect(recognised.map((word) => word.text).join(" ")).toBe(inPicture.join(" "));
  for (const { confidence } of recognised) expect(confidence).toBeGreaterThan(60);
});

test("the rest of a line under a bar is recognised, and the line's own text is dropped", async () => {
  const bytes = await makePdf((page) => {
    page.drawText("The rent for the orchard is", { x: 20, y: 130, size: 12 });
    page.drawText("paid by Jane Doe in cash", { x: 20, y: 100, size: 12 });
    page.drawRectangle({ x: 61, y: 96, width: 54, height: 14 });
  });
  const { text = [], remove } = await openPage(bytes, 1, {}, engine.recognize);
  const words = textOf({ blocks: text }).split(/\s+/);
  expect(words).toEqual(expect.arrayContaining(["rent", "orchard", "paid", "by", "in", "cash"]));
  expect(words.join(" ")).not.toMatch(/Jane|Doe/);
  expect(remove).toMatchObject({ hidden: [], wrong: [1] });
});

test("Rules, boxes and lines of a drawing beside text are not read as text", async () => {
  const bytes = await makePdf((page) => {
    page.drawText(clauses.join("\n"), { x: 20, y: 170, size: 10, lineHeight: 13 });
    for (let line = 0; line < 12; line++) {
      const [from, to] = [
        { x: 20 + 25 * line, y: 20 },
        { x: 60 + 20 * line, y: 100 },
      ];
      page.drawLine({ start: from, end: to, thickness: 0.5 });
      page.drawRectangle({ x: 20 + 30 * line, y: 30, width: 20, height: 12, borderWidth: 0.7 });
    }
  });
  const { text = [] } = await openPage(bytes, 1, {}, engine.recognize);
  expect(textOf({ blocks: text })).toBe(`${clauses.join("\n")}\n`);
});

test("Check boxes and radio buttons of a form are not read as text", async () => {
  const bytes = await makePdf((page, pdf) => {
    const form = pdf.getForm();
    const radio = form.createRadioGroup("guarantee");
    const size = { width: 9, height: 9, borderWidth: 1 };
    for (const [index, clause] of clauses.entries()) {
      const y = 170 - index * 16;
      page.drawText(clause, { x: 60, y, size: 10 });
      const box = form.createCheckBox(`clause${index}`);
      if (index % 2 === 0) box.check();
      box.addToPage(page, { x: 20, y, ...size });
      radio.addOptionToPage(`${index}`, page, { x: 34, y, ...size });
    }
    radio.select("1");
    const outside = [
      { x: -200, y: -200 },
      { x: 900, y: 900 },
      { x: 900, y: 50 },
      { x: -200, y: 50 },
    ];
    for (const [index, place] of outside.entries()) {
      form.createCheckBox(`outside${index}`).addToPage(page, { ...place, ...size });
    }
  });
  const read = vi.fn(engine.recognize);
  const { text = [] } = await openPage(bytes, 1, {}, read);
  // The sample of the fonts is the only picture.
  expect(read).toHaveBeenCalledOnce();
  expect(wordsOf({ blocks: text }).filter(({ source }) => source === "ocr")).toEqual([]);
  for (const clause of clauses) expect(textOf({ blocks: text })).toContain(clause);
});

test.each([
  ["Boxes", { borderWidth: 1 }],
  ["Bars", { color: rgb(0, 0, 0) }],
])("%s drawn in front of text are not read as text", async (_, look) => {
  const bytes = await makePdf((page) => {
    for (const [index, clause] of clauses.entries()) {
      page.drawText(clause, { x: 60, y: 170 - index * 24, size: 10 });
      page.drawRectangle({ x: 20, y: 168 - index * 24, width: 11, height: 11, ...look });
    }
  });
  const read = vi.fn(engine.recognize);
  const { text = [] } = await openPage(bytes, 1, {}, read);
  // The sample of the fonts is the only picture.
  expect(read).toHaveBeenCalledOnce();
  expect(textOf({ blocks: text }).split(/\n+/)).toEqual([...clauses, ""]);
});

test.each([1, 2, 3])(
  "the parts of a line with a bar in it are read from left to right (%i)",
  async (seed) => {
    const random = seededRandom(seed);
    const line = 1 + (seed % 3);
    const [from, width] = [80 + Math.round(random() * 80), 50 + Math.round(random() * 40)];
    const bytes = await makePdf((page) => {
      for (const [index, clause] of clauses.entries()) {
        const y = 170 - 40 * index;
        page.drawText(clause, { x: 20, y, size: 11 });
        if (index === line) page.drawRectangle({ x: from, y: y - 4, width, height: 15 });
      }
    });
    const { text = [] } = await openPage(bytes, 1, {}, engine.recognize);
    const boxes = text.flatMap(({ lines }) => lines).map(({ box }) => box);
    expect(boxes).toHaveLength(clauses.length + 1);
    for (const [index, [left, top, , bottom]] of boxes.entries()) {
      const next = boxes[index + 1];
      if (!next) continue;
      const isBelow = next[1] > (top + bottom) / 2;
      const isRight = next[3] > (top + bottom) / 2 && next[0] > left;
      expect(isBelow || isRight, `line ${index}`).toBe(true);
    }
  },
);
