import { type Page, specimenNote, white } from "../page.ts";
import type { Sheet } from "../sheet.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "sans", size: 10.4 };
const left = 68;
const right = 527;

type Part = Readonly<{ heading: string; about: string; title?: string; entries: readonly string[] }>;

const parts: readonly Part[] = [
  {
    heading: "A: Property Register",
    about: "This register describes the land and estate comprised in the title.",
    entries: [
      "(12.05.1988) The freehold land shown edged with red on the plan of the above title filed at the " +
        "Registry and being 14 Pennyfold Lane, Saltmere (QZ4 7HB).",
      "(12.05.1988) The land has the benefit of a right of way on foot only over the passage coloured " +
        "brown on the title plan, granted by a deed dated 3 February 1961 made between Edith Larkspur " +
        "and Barnaby Crowle.",
      "(12.05.1988) The mines and minerals lying more than ten feet below the surface, with ancillary " +
        "powers of working, are excepted.",
    ],
  },
  {
    heading: "B: Proprietorship Register",
    about:
      "This register specifies the class of title and identifies the owner. It contains any entries " +
      "that affect the right of disposal.",
    title: "Title absolute",
    entries: [
      "(19.09.2006) PROPRIETOR: OSWIN MARCHBANKS QUILL of Tallow House, Harbour Row, Saltmere (QZ4 2LM).",
      "(19.09.2006) The price stated to have been paid on 1 September 2006 was £236,500.",
      "(19.09.2006) RESTRICTION: No disposition of the registered estate by the proprietor is to be " +
        "registered without a written consent signed by the proprietor for the time being of the charge " +
        "dated 1 September 2006 referred to in the charges register.",
    ],
  },
  {
    heading: "C: Charges Register",
    about: "This register contains any charges and other matters that affect the land.",
    entries: [
      "(12.05.1988) A conveyance of the land in this title and other land dated 8 July 1934 contains " +
        "covenants by the purchaser not to erect on the land any building other than a shop or a private " +
        "dwelling house.",
      "(12.05.1988) The land is subject to the right of the owners of 16 Pennyfold Lane to the support " +
        "of the party wall on its north side.",
      "(19.09.2006) REGISTERED CHARGE dated 1 September 2006.",
      "(19.09.2006) PROPRIETOR: FENWATER MUTUAL BUILDING SOCIETY of Exchange Buildings, Wexbridge (QZ1 1AA).",
      "(30.03.2011) Lease dated 25 March 2011 of the ground floor and basement to The Lamplight " +
        "Bookroom Limited for fifteen years from 25 March 2011.",
    ],
  },
];

function draw(sheet: Sheet): void {
  sheet.line("OFFICIAL COPY OF REGISTER OF TITLE", left, 74, { ...text, size: 14, bold: true });
  sheet.gap();
  sheet.row(
    [
      { text: "Title number", x: left },
      { text: "OW12345678", x: left + 70 },
    ],
    97,
    { ...text, bold: true },
  );
  sheet.row(
    [
      { text: "Edition date", x: left },
      { text: "30.03.2011", x: left + 70 },
    ],
    112,
    text,
  );
  sheet.rule(left, 121, right, 121, 1);
  sheet.gap();
  let y = sheet.paragraph(
    "This official copy shows the entries in the register of title on 4 April 2011 at 10:41:26.",
    140,
    { x: left, width: right - left, face: text, leading: 14 },
  );
  sheet.line("WEXBRIDGE : SALTMERE", left, y + 2, text);
  y += 14;
  for (const { heading, about, title, entries } of parts) {
    sheet.gap();
    y += 13;
    sheet.line(heading, left, y, { ...text, size: 12.4, bold: true });
    y = sheet.paragraph(about, y + 16, { x: left, width: right - left, face: text, leading: 13.6 }) + 5;
    if (title !== undefined) {
      sheet.line(title, left, y, { ...text, bold: true });
      y += 18;
    }
    for (const [index, entry] of entries.entries()) {
      const label = String(index + 1);
      const block = {
        x: left + 12,
        width: right - left - 12,
        face: text,
        leading: 13.6,
        label,
        labelWidth: 12,
      };
      y = sheet.paragraph(entry, y, block) + 4.5;
    }
  }
  sheet.gap();
  sheet.line("End of register", 297.6, y + 16, { ...text, bold: true }, "centre");
  sheet.gap();
  sheet.line(specimenNote, 297.6, 806, { ...text, size: 8.5 }, "centre");
}

export const register: Page = {
  draw,
  look: { seed: 202, turn: -0.25, blur: 0.55, noise: 2.6, paper: white, shade: 16, specks: 12 },
};
