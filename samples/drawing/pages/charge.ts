import { type Page, specimenNote, white } from "../page.ts";
import { type Sheet, sheetWidth } from "../sheet.ts";
import { signature } from "../signature.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "sans", size: 11 };
const bold: Face = { ...text, bold: true };
const left = 70;
const right = 525;

const particulars = [
  "Date of this deed: 9 June 2017",
  "Borrower: PHINEAS GORSE HOLLOWAY",
  "Lender: FENWATER MUTUAL BUILDING SOCIETY",
  "Property: Kittiwake Cottage, 22 Strand Hill, Saltmere, QZ4 5RE",
  "Title number: OW45678901",
];

const before: readonly string[] = [
  "The Borrower with full title guarantee charges the Property by way of legal mortgage with payment " +
    "of all money due to the Lender under this deed.",
  "The Lender has lent to the Borrower the sum of £148,000. The Borrower shall repay the loan and " +
    "shall pay interest on it by the instalments set out in the table below.",
];

const table: readonly (readonly [number: string, due: string, principal: string, interest: string])[] = [
  ["Instalment", "Date due", "Principal", "Interest"],
  ["First", "9 June 2018", "£29,600", "£5,550"],
  ["Second", "9 June 2019", "£29,600", "£4,440"],
  ["Third", "9 June 2020", "£29,600", "£3,330"],
  ["Fourth", "9 June 2021", "£29,600", "£2,220"],
  ["Last", "9 June 2022", "£29,600", "£1,110"],
];
const columns = [78, 190, 320, 420] as const;
const edges = [left, 182, 312, 412, right] as const;

const after: readonly string[] = [
  "If an instalment is unpaid for more than twenty-one days after its due date, the whole of the loan " +
    "then outstanding becomes payable on demand.",
  "The Borrower shall insure the Property against fire, flood, storm and subsidence for its full cost " +
    "of reinstatement, and shall produce the policy to the Lender on request.",
  "The Borrower shall not let the Property, nor create any further charge over it, without the written " +
    "consent of the Lender.",
  "The Borrower applies to the Registrar for a restriction that no disposition of the registered " +
    "estate is to be registered without a written consent signed by the Lender.",
  "The power of sale applies to this deed free from the restrictions on its exercise which are " +
    "contained in the general law.",
];

function draw(sheet: Sheet): void {
  sheet.line("LEGAL CHARGE", sheetWidth / 2, 82, { ...bold, size: 17 }, "centre");
  sheet.gap();
  for (const [index, line] of particulars.entries()) sheet.line(line, left, 112 + index * 16, text);
  sheet.rule(left, 188, right, 188);
  let y = drawClauses(sheet, before, 1, 212);
  y = drawTable(sheet, y + 2);
  y = drawClauses(sheet, after, before.length + 1, y + 26);
  sheet.gap();
  y += 12;
  sheet.line("EXECUTED as a deed by PHINEAS GORSE HOLLOWAY", left, y, text);
  sheet.line("in the presence of MARIGOLD STEEP, Clerk, of 5 Net Loft Row, Saltmere", left, y + 16, text);
  sheet.shape(signature(left + 10, y + 58, 120, 51));
  sheet.shape(signature(left + 250, y + 58, 105, 52));
  sheet.gap();
  sheet.line(specimenNote, sheetWidth / 2, 806, { ...text, size: 8.5 }, "centre");
}

function drawClauses(sheet: Sheet, clauses: readonly string[], first: number, top: number): number {
  let y = top;
  for (const [index, clause] of clauses.entries()) {
    sheet.gap();
    const label = `${first + index}.`;
    const block = {
      x: left + 17,
      width: right - left - 17,
      face: text,
      leading: 15.2,
      label,
      labelWidth: 17,
    };
    y = sheet.paragraph(clause, y, block) + 6;
  }
  return y;
}

/** Returns the lower edge of the table. */
function drawTable(sheet: Sheet, top: number): number {
  const height = 20;
  const bottom = top + table.length * height;
  sheet.gap();
  sheet.shape(`<rect x="${left}" y="${top}" width="${right - left}" height="${height}" fill="#e4e4e4"/>`);
  for (const [index, cells] of table.entries()) {
    const y = top + index * height;
    sheet.rule(left, y, right, y, 0.6);
    sheet.row(
      cells.map((cell, column) => ({ text: cell, x: columns[column] ?? left })),
      y + 14,
      index === 0 ? bold : text,
    );
  }
  sheet.rule(left, bottom, right, bottom, 0.6);
  for (const x of edges) sheet.rule(x, top, x, bottom, 0.6);
  return bottom;
}

export const charge: Page = {
  draw,
  look: { seed: 505, turn: 0.55, blur: 0.65, noise: 3, paper: white, shade: 22, specks: 18 },
};
