import { inflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Random, seededRandom } from "../../../../../samples/drawing/random.ts";
import { rawPdf } from "../../../../../tests/documents.ts";
import { openPage } from "../../../../../tests/open-bytes.ts";
import { editedContent } from "./edit-page.ts";

let library: PDFiumLibrary;
beforeAll(async () => {
  library = await PDFiumLibrary.init();
});
afterAll(() => library.destroy());

const font = "/F 7 0 R";

/** A page with this content. The form X draws `form`. */
function pageOf(content: string, form = ""): Buffer {
  const kind = "/Type /XObject /Subtype /Form /BBox [0 0 400 200]";
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources 6 0 R >>",
    { dictionary: "", stream: Buffer.from(content, "latin1") },
    { dictionary: `${kind} /Resources << /Font << ${font} >> >>`, stream: Buffer.from(form, "latin1") },
    `<< /Font << ${font} >> /XObject << /X 5 0 R >> >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  );
}

async function textOf(bytes: Buffer): Promise<string> {
  const document = await library.loadDocument(bytes);
  const text = document.getPage(0).getText();
  document.destroy();
  return text;
}

/** The page before and after its hidden text is removed. */
async function editing(content: string, form?: string) {
  const bytes = pageOf(content, form);
  const before = await openPage(bytes);
  const { stream, kept } = await editedContent(
    bytes,
    1,
    before.remove ?? { hidden: [], wrong: [], covered: [] },
  );
  const edited = stream ? inflateSync(stream.content).toString("latin1") : content;
  const after = pageOf(edited, form);
  const { image } = await openPage(after);
  let difference = 0;
  for (const [at, level] of before.image.data.entries()) {
    difference = Math.max(difference, Math.abs(level - (image.data[at] ?? 0)));
  }
  return { kept, text: await textOf(after), difference };
}

const words: [string, ...string[]] = [
  "Harold",
  "Whitcombe",
  "covenants",
  "Tenant",
  "orchard",
  "premises",
  "quarterly",
  "AVOW",
];

function pick<T>(random: Random, all: readonly [T, ...T[]]): T {
  return all[Math.floor(random() * all.length)] ?? all[0];
}

/** The string of a show operation in parts, with kerning between them. */
function showing(random: Random, text: string): string {
  const operators: [string, ...string[]] = [
    `(${text}) Tj`,
    `(${text}) '`,
    `${random()} ${random() / 2} (${text}) "`,
  ];
  const parts = text.match(/.{1,3}/g) ?? [];
  const kerned = parts.map((part) => `(${part}) ${Math.round(random() * 120 - 60)}`).join(" ");
  return pick(random, [...operators, `[${kerned}] TJ`]);
}

test.each([1, 2, 3, 4, 5, 6])(
  "covered words are removed, and nothing visible moves (page %i)",
  async (seed) => {
    const random = seededRandom(seed);
    const [first, secret, last] = [
      pick(random, words),
      pick(random, ["Zuzzex", "Qyxly"]),
      pick(random, words),
    ];
    const size = 9 + Math.round(random() * 6);
    // The bar's position is measured on a line without kerning or spacing.
    const lean = (random() - 0.5) / 20;
    const matrix = [Math.cos(lean), Math.sin(lean), -Math.sin(lean), Math.cos(lean), 30, 100].join(" ");
    const line = `BT /F ${size} Tf ${80 + 40 * random()} Tz ${random()} Tc 14 TL ${matrix} Tm`;
    const shown = showing(random, `${first} ${secret} ${last}`);
    const rest = pick(random, ["", `(follows) Tj`, `T* (below) Tj`]);
    const measured = pageOf(`${line} ${shown} ET`);
    const place = await placeOf(measured, secret);
    const bar = `q ${place.map((number) => number.toFixed(2)).join(" ")} re f Q`;
    const { kept, text, difference } = await editing(`${line} ${shown} ${rest} ET ${bar}`);
    expect(kept).toBeUndefined();
    expect(difference).toBeLessThan(8);
    expect(text).not.toMatch(/[ZQ][uy][zx]/);
  },
);

test("the visible rest of a covered line is not extracted twice", async () => {
  const line = "BT /F 12 Tf 20 100 Td (This rest is recognised.) Tj ET";
  const { text } = await editing(`${line} 80 90 40 30 re f BT /F 12 Tf 20 50 Td (Another line.) Tj ET`);
  expect(text.trim()).toBe("Another line.");
});

const visible = "BT /F 12 Tf 20 150 Td (The rent is paid.) Tj ET";
const hiddenLine = "BT 3 Tr /F 12 Tf 20 100 Td (Nobody sees it) Tj ET";

test.each([
  ["empty strings", `BT /F 12 Tf 20 50 Td () Tj [()] TJ [() 5 ()] TJ [7] TJ ET ${hiddenLine}`],
  ["an inline image", `q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID (EI Q ${hiddenLine}`],
  ["a comment and an unknown operator", `% (text) Tj\n1 2 unknown ${hiddenLine}`],
  ["marked content and a saved state", `/P <</MCID 0>> BDC q ${hiddenLine} Q EMC`],
  ["text before any font is chosen", `BT (no font) Tj ET ${hiddenLine}`],
])("hidden text is removed from content with %s", async (_, more) => {
  const { kept, text, difference } = await editing(`${visible} ${more}`);
  expect(kept).toBeUndefined();
  expect(difference).toBe(0);
  expect(text).toContain("The rent is paid.");
  expect(text).not.toContain("Nobody");
});

test("hidden text that cannot be removed is reported", async () => {
  const { kept, text } = await editing(`${visible} /X Do`, `${hiddenLine} 0 0 9 9 re f`);
  expect(kept).toBe("1 text objects could not be edited");
  expect(text).toContain("Nobody");
  // PDFium shows only the last operand, which is empty.
  const odd = await editing(`${visible} BT /F 12 Tf (text) () Tj ET ${hiddenLine}`);
  expect(odd.kept).toBe("the operations of the page's content do not match its objects");
  expect(odd.text).toContain("Nobody");
});

/** Left, bottom, width and height of a word, in points. */
async function placeOf(bytes: Buffer, word: string): Promise<number[]> {
  const { image, text = [] } = await openPage(bytes);
  const found = text
    .flatMap(({ lines }) => lines.flatMap((line) => line.words))
    .find((each) => each.text === word);
  if (!found) throw new Error(`${word} is not on the page`);
  const points = found.box.map((edge) => (edge * 400) / image.width);
  const [left = 0, top = 0, right = 0, bottom = 0] = points;
  return [left - 1, 200 - bottom - 1, right - left + 2, bottom - top + 2];
}
