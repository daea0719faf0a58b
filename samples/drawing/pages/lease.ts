import { type Page, specimenNote, white } from "../page.ts";
import type { Sheet } from "../sheet.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "serif", size: 11.2 };
const bold: Face = { ...text, bold: true };
const left = 72;
const right = 523;

const clauses: readonly (readonly [label: string, text: string])[] = [
  ["1.", "**DEFINITIONS**"],
  [
    "1.1",
    "In this Lease the **Property** means the ground floor shop and basement known as 14 Pennyfold " +
      "Lane, Saltmere, registered under title number OW12345678 and shown edged red on the plan attached.",
  ],
  [
    "1.2",
    "The **Term** means fifteen years from and including 25 March 2011, and the **Rent** means £18,400 " +
      "a year, as reviewed under clause 6.",
  ],
  [
    "1.3",
    "The **Permitted Use** means use as a bookshop with a reading room, and for no other purpose " +
      "without the written consent of the Landlord.",
  ],
  ["2.", "**LETTING**"],
  [
    "2.1",
    "The Landlord lets the Property to the Tenant for the Term with full title guarantee, together " +
      "with the rights set out in Schedule 1 but excepting and reserving to the Landlord the rights set " +
      "out in Schedule 2.",
  ],
  [
    "2.2",
    "The Tenant shall pay the Rent by equal quarterly payments in advance on the usual quarter days, " +
      "the first payment being a due proportion and falling due on the date of this Lease.",
  ],
  ["3.", "**OBLIGATIONS OF THE TENANT**"],
  [
    "3.1",
    "The Tenant shall pay the Rent without any deduction or set-off, and all rates, taxes and charges " +
      "for water, gas and electricity consumed at the Property.",
  ],
  [
    "3.2",
    "The Tenant shall keep the Property clean and in good and substantial repair, fair wear and tear " +
      "and damage by any insured risk excepted.",
  ],
  [
    "3.3",
    "The Tenant shall paint the outside of the Property in every third year and the inside in every " +
      "fifth year, and in each case also in the last year of the Term.",
  ],
  [
    "3.4",
    "The Tenant shall not assign, underlet or part with possession of the whole or any part of the " +
      "Property without the consent of the Landlord, which shall not be unreasonably withheld or delayed.",
  ],
  [
    "3.5",
    "The Tenant shall permit the Landlord, on giving at least forty-eight hours notice in writing, to " +
      "enter and view the state of repair of the Property.",
  ],
  [
    "3.6",
    "The Tenant shall not make any alteration to the structure of the Property, and shall not display " +
      "any sign outside it other than one fascia board of a design approved by the Landlord.",
  ],
  [
    "3.7",
    "The Tenant shall at the end of the Term give the Property back to the Landlord with vacant " +
      "possession, having removed its own fittings and made good any damage.",
  ],
  ["4.", "**OBLIGATIONS OF THE LANDLORD**"],
  [
    "4.1",
    "The Landlord covenants that the Tenant, paying the Rent and keeping its obligations, may hold the " +
      "Property during the Term without interruption by the Landlord.",
  ],
];

function draw(sheet: Sheet): void {
  sheet.line("LEASE OF 14 PENNYFOLD LANE", 297.6, 84, { ...bold, size: 15 }, "centre");
  sheet.gap();
  sheet.line("Dated 25 March 2011", 297.6, 106, text, "centre");
  sheet.rule(left, 118, right, 118);
  sheet.gap();
  const block = { face: text, leading: 15, justify: true };
  let y = sheet.paragraph(
    "**THIS LEASE** is made between (1) **OSWIN MARCHBANKS QUILL** of Tallow House, Harbour Row, " +
      "Saltmere (the **Landlord**) and (2) **THE LAMPLIGHT BOOKROOM LIMITED** whose registered office is " +
      "at 3 Cobbler Yard, Wexbridge (the **Tenant**).",
    142,
    { ...block, x: left, width: right - left },
  );
  sheet.gap();
  y += 8;
  for (const [label, clause] of clauses) {
    const heading = label.endsWith(".");
    if (heading) {
      sheet.gap();
      y += 6;
    }
    const face = heading ? bold : text;
    y = sheet.paragraph(clause, y, {
      ...block,
      face,
      x: left + 18,
      width: right - left - 18,
      label,
      labelWidth: 18,
    });
    y += 3.5;
  }
  sheet.gap();
  sheet.line("Page 1 of 12", 297.6, 788, { ...text, size: 10 }, "centre");
  sheet.line(specimenNote, 297.6, 806, { ...text, size: 9 }, "centre");
}

export const lease: Page = {
  draw,
  look: { seed: 101, turn: 0.4, blur: 0.6, noise: 3.2, paper: white, shade: 26, specks: 24, fold: 0.502 },
};
