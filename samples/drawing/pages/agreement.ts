import { type Page, specimenNote, white } from "../page.ts";
import { type Sheet, sheetWidth } from "../sheet.ts";
import { signature } from "../signature.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "serif", size: 10.6 };
const columnWidth = 229;
const columns = [58, 309] as const;

type Clause = Readonly<{ heading: string; text: string }>;

const leftColumn: readonly Clause[] = [
  {
    heading: "1. Sale and purchase",
    text:
      "The Seller shall sell and the Buyer shall buy the Property for the Purchase Price. The Property " +
      "is the freehold land at Millrace Farm, Upper Thornby, with title number OW56789012, as more " +
      "particularly described in the particulars supplied to the Buyer.",
  },
  {
    heading: "2. Deposit",
    text:
      "On the date of this agreement the Buyer shall pay a deposit of ten per cent of the Purchase Price " +
      "to the Seller's conveyancer, who shall hold it as stakeholder until completion takes place.",
  },
  {
    heading: "3. Completion",
    text:
      "Completion shall take place on 30 November 2018 before two o'clock in the afternoon. If the money " +
      "due is received after that time, completion is treated as taking place on the next working day.",
  },
  {
    heading: "4. Title",
    text:
      "The Seller has shown title to the Property before the date of this agreement. The Buyer accepts " +
      "that title and shall raise no requisition on it, except on matters which are revealed only by the " +
      "searches usually made before completion.",
  },
  {
    heading: "5. Vacant possession",
    text:
      "The Seller sells with vacant possession of the whole of the Property on completion, save for the " +
      "grazing licence of the water meadow, which ends on 31 December 2018.",
  },
  {
    heading: "6. Boundaries",
    text:
      "The Seller does not know who owns the wall between the long barn and the lane. The Buyer shall " +
      "make no claim on account of it, nor on account of any error in the area of the Property of less " +
      "than one twentieth part.",
  },
];

const rightColumn: readonly Clause[] = [
  {
    heading: "7. Fixtures and contents",
    text:
      "The kitchen range, the mill wheel and its gearing, and all fences and gates are included in the " +
      "sale. The hay in the long barn is not included, and the Seller shall remove it before completion " +
      "at his own expense.",
  },
  {
    heading: "8. Risk and insurance",
    text:
      "The Property remains at the risk of the Seller until completion. The Seller shall keep it insured " +
      "for its full value, and shall tell the Buyer at once of any damage to it.",
  },
  {
    heading: "9. Water",
    text:
      "The Seller grants to the Buyer the right to draw water from the leat for domestic and farming " +
      "use, in common with the owners of Thornby Lodge, on payment of one third of the cost of keeping " +
      "the sluice in repair.",
  },
  {
    heading: "10. Late completion",
    text:
      "If completion is delayed by the default of one party, that party shall pay to the other " +
      "compensation at four per cent above the base rate for each day of the delay, calculated on the " +
      "balance of the Purchase Price.",
  },
  {
    heading: "11. Entire agreement",
    text:
      "This agreement contains all the terms agreed between the parties. Neither party has relied upon " +
      "any statement which is not set out in it, except the written replies of the Seller's conveyancer " +
      "to enquiries before contract.",
  },
  {
    heading: "12. Notices",
    text:
      "A notice under this agreement shall be in writing and may be delivered by hand or sent by post to " +
      "the conveyancer of the party to whom it is addressed.",
  },
];

function draw(sheet: Sheet): void {
  const title: Face = { ...text, bold: true, size: 15 };
  sheet.line("AGREEMENT FOR SALE", sheetWidth / 2, 78, title, "centre");
  sheet.gap();
  const intro =
    "This agreement is dated 2 November 2018 and is made between WINIFRED SEDGE of Millrace Farm, " +
    "Upper Thornby (the Seller) and the trustees of the THORNBY COMMON LAND TRUST (the Buyer). The " +
    "Purchase Price is £685,000.";
  const y = sheet.paragraph(intro, 102, { x: 58, width: 480, face: text, leading: 14.4, justify: true });
  sheet.rule(58, y - 4, 538, y - 4);
  drawColumn(sheet, leftColumn, columns[0], y + 18);
  drawExecution(sheet, "Signed by the Seller", columns[0], 61);
  drawColumn(sheet, rightColumn, columns[1], y + 18);
  drawExecution(sheet, "Signed on behalf of the Buyer", columns[1], 62);
  sheet.gap();
  sheet.line(specimenNote, sheetWidth / 2, 806, { ...text, size: 9 }, "centre");
}

function drawExecution(sheet: Sheet, label: string, x: number, seed: number): void {
  sheet.gap();
  sheet.line(label, x, 718, text);
  sheet.shape(signature(x + 20, 754, 115, seed));
}

function drawColumn(sheet: Sheet, clauses: readonly Clause[], x: number, top: number): void {
  let y = top;
  for (const clause of clauses) {
    sheet.gap();
    sheet.line(clause.heading, x, y, { ...text, bold: true });
    y =
      sheet.paragraph(clause.text, y + 15, {
        x,
        width: columnWidth,
        face: text,
        leading: 14.4,
        justify: true,
      }) + 10;
  }
}

export const agreement: Page = {
  draw,
  look: { seed: 606, turn: -0.35, blur: 0.6, noise: 2.8, paper: white, shade: 24, specks: 16 },
};
