import { cream, type Page, specimenNote } from "../page.ts";
import { type Sheet, sheetWidth } from "../sheet.ts";
import { signature } from "../signature.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "serif", size: 8.6 };
const left = 70;
const right = 525;

const recitals: readonly (readonly [label: string, text: string])[] = [
  [
    "(A)",
    "The Grantor is the registered proprietor of the land at Quern Mill, Lower Thornby, registered " +
      "under title number OW67890123 (the **Servient Land**).",
  ],
  [
    "(B)",
    "The Grantee is the registered proprietor of the adjoining land known as Dovecote Barn (the " +
      "**Dominant Land**), to which there is at present no means of access with vehicles from the public " +
      "highway.",
  ],
  [
    "(C)",
    "The Grantor has agreed to grant to the Grantee the rights set out in this deed in consideration " +
      "of the sum of £9,250, the receipt of which the Grantor acknowledges.",
  ],
];

const clauses: readonly (readonly [label: string, text: string])[] = [
  [
    "1.",
    "**Grant.** The Grantor with full title guarantee grants to the Grantee, for the benefit of each " +
      "and every part of the Dominant Land, the right to pass and repass at all times and for all " +
      "purposes connected with the use of the Dominant Land as a single private dwelling, with or " +
      "without vehicles not exceeding seven and a half tonnes in laden weight, over the track shown " +
      "coloured brown on the plan attached to this deed (the **Track**).",
  ],
  [
    "2.",
    "**Services.** The Grantor also grants the right to lay, inspect, repair and renew beneath the " +
      "Track one water pipe, one drain, and cables for electricity and telephone, together with the " +
      "right to enter upon so much of the Servient Land within two metres of the Track as is necessary " +
      "for those purposes, the Grantee causing as little damage as is reasonably practicable and making " +
      "good without delay any damage so caused.",
  ],
  [
    "3.",
    "**Covenants by the Grantee.** The Grantee covenants with the Grantor, so as to bind the Dominant " +
      "Land into whosever hands it may come, to pay one half of the proper cost of keeping the surface " +
      "of the Track in good repair; not to park or leave any vehicle on the Track or in any way obstruct " +
      "it; to keep closed the gate at its eastern end at all times when it is not in actual use; and to " +
      "keep every dog on a lead while cattle or sheep are grazing on either side of it.",
  ],
  [
    "4.",
    "**Covenants by the Grantor.** The Grantor covenants with the Grantee, so as to bind the Servient " +
      "Land, not to build upon the Track or to narrow it at any point to a width of less than four " +
      "metres; to cut back the hedges on both sides of it in every winter; and to give not less than " +
      "fourteen days notice in writing of any work that will close the Track for longer than one hour, " +
      "save in an emergency.",
  ],
  [
    "5.",
    "**Diversion.** The Grantor may at his own cost divert the Track to another line across the " +
      "Servient Land that is no less convenient to the Grantee, provided that the new line is made up to " +
      "the same standard before the old one is closed, and that the parties first enter into a deed " +
      "which varies this one and apply for its registration.",
  ],
  [
    "6.",
    "**Sharing of cost.** An account of the cost of repair shall be made up to 31 March in each year " +
      "by the party who has paid for the work and shall be delivered to the other with copies of the " +
      "receipts. The other shall pay the half that falls to him within twenty-eight days. Interest runs " +
      "at three per cent above base rate on any sum which is not paid within that time.",
  ],
  [
    "7.",
    "**Disputes.** A dispute about the repair of the Track, or about the amount that either party is " +
      "to pay for it, shall be referred to a surveyor agreed between the parties or, if they do not " +
      "agree within twenty-one days, appointed by the president for the time being of the Wexbridge " +
      "Guild of Surveyors. The surveyor acts as an expert and not as an arbitrator, and his decision is " +
      "final.",
  ],
  [
    "8.",
    "**No other rights.** Nothing in this deed gives the Grantee any right of light or air over the " +
      "Servient Land, or any right of way over the mill yard or the causeway beside the upper pond, and " +
      "no such right is to be acquired by use, whether or not the Grantor has objected to it.",
  ],
  [
    "9.",
    "**Notices.** A notice under this deed is properly served if it is in writing and is left at, or " +
      "sent by first class post to, the address of the party shown in the register of title. A notice " +
      "sent by post is treated as served on the second working day after it was posted.",
  ],
  [
    "10.",
    "**Registration.** The parties apply to the Registrar to enter the benefit of the rights granted " +
      "by this deed in the property register of the Dominant Land, and the burden of them in the charges " +
      "register of the Servient Land.",
  ],
];

function draw(sheet: Sheet): void {
  sheet.line("DEED OF GRANT OF EASEMENT", sheetWidth / 2, 78, { ...text, bold: true, size: 12.5 }, "centre");
  sheet.gap();
  const opening =
    "**THIS DEED** is made on 21 February 2020 between (1) **LEOPOLD HARTSHORN VEITCH** of Quern Mill, " +
    "Lower Thornby, Wexbridge (the **Grantor**) and (2) **CORDELIA FINCH ABERNANT** of Dovecote Barn, " +
    "Lower Thornby, Wexbridge (the **Grantee**).";
  const block = { x: left, width: right - left, face: text, leading: 11.6, justify: true };
  let y = sheet.paragraph(opening, 102, block) + 7;
  y = drawEntries(sheet, "RECITALS", recitals, y);
  y = drawEntries(sheet, "THIS DEED WITNESSES as follows:", clauses, y);
  sheet.gap();
  const execution =
    "**IN WITNESS** of which the parties have executed this instrument as a deed and have delivered it " +
    "on the date stated at its beginning.";
  y = sheet.paragraph(execution, y + 6, block) + 18;
  sheet.gap();
  sheet.line(
    "SIGNED by LEOPOLD HARTSHORN VEITCH in the presence of ENID COBB, Miller, Lower Thornby",
    left,
    y,
    text,
  );
  sheet.gap();
  sheet.line(
    "SIGNED by CORDELIA FINCH ABERNANT in the presence of AMOS RUDGE, Smith, Lower Thornby",
    left,
    y + 32,
    text,
  );
  for (const [index, top] of [y + 2, y + 34].entries())
    sheet.shape(signature(left + 375, top, 78, 70 + index));
  sheet.gap();
  sheet.line(specimenNote, sheetWidth / 2, 806, { ...text, size: 8 }, "centre");
}

function drawEntries(
  sheet: Sheet,
  heading: string,
  entries: readonly (readonly [label: string, text: string])[],
  top: number,
): number {
  sheet.gap();
  sheet.line(heading, left, top + 6, { ...text, bold: true });
  let y = top + 22;
  for (const [label, entry] of entries) {
    sheet.gap();
    const block = { x: left + 17, width: right - left - 17, face: text, leading: 11.6, justify: true };
    y = sheet.paragraph(entry, y, { ...block, label, labelWidth: 17 }) + 5;
  }
  return y;
}

export const deed: Page = {
  draw,
  look: { seed: 707, turn: 0.2, blur: 0.8, noise: 3, paper: cream, shade: 20, specks: 20 },
  quality: 60,
};
