import { cream, type Page, specimenNote } from "../page.ts";
import type { Sheet } from "../sheet.ts";
import { signature } from "../signature.ts";
import type { Face } from "../type-faces.ts";

const label: Face = { family: "sans", size: 10.5, bold: true };
const hint: Face = { family: "sans", size: 10 };
const answer: Face = { family: "serif", size: 12.5 };
const left = 52;
const right = 543;

type Panel = Readonly<{ label: string; hint?: string; lines: readonly string[] }>;

const panels: readonly Panel[] = [
  { label: "Title number of the property", lines: ["OW23456789"] },
  { label: "Property", lines: ["The Old Ropery, 7 Capstan Walk, Saltmere, QZ4 9TD"] },
  { label: "Date", lines: ["17 October 2014"] },
  { label: "Transferor", lines: ["HESTER ANNIS BELLWETHER"] },
  {
    label: "Transferee for entry in the register",
    lines: ["JONAH TREMLETT PARDOE and", "IRIS MAUDE PARDOE"],
  },
  {
    label: "Address for service of the transferee",
    lines: ["The Old Ropery, 7 Capstan Walk, Saltmere, QZ4 9TD"],
  },
  { label: "The transferor transfers the property to the transferee.", lines: [] },
  {
    label: "Consideration",
    hint: "The transferor has received from the transferee for the property the sum of",
    lines: ["Three hundred and twelve thousand pounds (£312,000)"],
  },
  {
    label: "Title guarantee",
    hint: "The transferor transfers with",
    lines: ["full title guarantee"],
  },
  {
    label: "Declaration of trust",
    hint: "The transferees hold the property on trust",
    lines: ["for themselves as tenants in common in equal shares"],
  },
  {
    label: "Additional provisions",
    lines: [
      "The transferees covenant with the transferor to keep the",
      "boundary wall between the points A and B on the plan in",
      "good repair, and not to park any boat upon the quay.",
    ],
  },
];

function draw(sheet: Sheet): void {
  sheet.line("Transfer of whole of registered title", left, 66, { ...label, size: 16 });
  sheet.line("Form T1. Use black ink. Leave a panel empty if it does not apply.", left, 84, hint);
  sheet.gap();
  let top = 96;
  for (const [index, panel] of panels.entries()) {
    const rows = panel.lines.length + (panel.hint === undefined ? 0 : 1);
    const height = 23 + rows * 15 + (rows > 0 ? 4 : 0);
    sheet.box(left, top, right - left, height, 0.8);
    sheet.line(`${index + 1}. ${panel.label}`, left + 8, top + 16, label);
    let y = top + 33;
    if (panel.hint !== undefined) {
      sheet.line(panel.hint, left + 24, y, hint);
      y += 15;
    }
    for (const line of panel.lines) {
      sheet.line(line, left + 24, y, answer);
      y += 15;
    }
    sheet.gap();
    top += height;
  }
  sheet.box(left, top, right - left, 108, 0.8);
  sheet.line(`${panels.length + 1}. Execution`, left + 8, top + 16, label);
  sheet.line("Signed as a deed by HESTER ANNIS BELLWETHER in the presence of", left + 24, top + 34, hint);
  sheet.line("Signature of witness, name and address", left + 24, top + 64, hint);
  sheet.line("Cuthbert Ames, 2 Tar Lane, Saltmere", left + 24, top + 82, answer);
  sheet.shape(signature(left + 370, top + 45, 105, 31));
  sheet.shape(signature(left + 330, top + 92, 90, 32));
  sheet.gap();
  sheet.line(specimenNote, 297.6, 814, { ...hint, size: 8.5 }, "centre");
}

export const transfer: Page = {
  draw,
  look: { seed: 303, turn: 0.3, blur: 0.6, noise: 3, paper: cream, shade: 22, specks: 14 },
  quality: 66,
};
