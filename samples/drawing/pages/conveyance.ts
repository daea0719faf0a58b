import { type Page, specimenNote } from "../page.ts";
import { type Sheet, sheetWidth } from "../sheet.ts";
import { signature } from "../signature.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "typewriter", size: 11.6 };
const left = 74;

const paragraphs: readonly string[] = [
  "THIS CONVEYANCE is made the eighth day of July One thousand nine hundred and thirty-four BETWEEN " +
    "AUGUSTA PEVERELL THRIFT of Saltmere in the County of Wexbridge Widow hereinafter called the Vendor " +
    "of the one part and EBENEZER LARKSPUR of Pennyfold Lane Saltmere aforesaid Chandler hereinafter " +
    "called the Purchaser of the other part",
  "WHEREAS the Vendor is seised of the hereditaments hereinafter described for an estate in fee simple " +
    "in possession free from incumbrances and has agreed with the Purchaser for the sale to him of the " +
    "same at the price of Four hundred and sixty pounds",
  "NOW THIS DEED WITNESSETH that in consideration of the sum of Four hundred and sixty pounds paid by " +
    "the Purchaser to the Vendor the receipt whereof the Vendor hereby acknowledges the Vendor as " +
    "Beneficial Owner hereby conveys unto the Purchaser ALL THAT piece or parcel of land situate on the " +
    "north side of Pennyfold Lane containing in front thereto thirty-one feet or thereabouts and in " +
    "depth ninety-four feet or thereabouts TOGETHER with the shop and dwelling house erected thereon TO " +
    "HOLD the same unto the Purchaser in fee simple",
  "AND the Purchaser hereby covenants with the Vendor that he and his successors in title will not " +
    "erect upon the said land any building other than a shop or private dwelling house and will for ever " +
    "maintain the fence on the east side thereof",
  "IT IS HEREBY CERTIFIED that the transaction hereby effected does not form part of a larger " +
    "transaction in respect of which the amount or value of the consideration exceeds Five hundred pounds",
  "IN WITNESS whereof the said parties have hereunto set their hands and seals the day and year first " +
    "above written",
];

function draw(sheet: Sheet): void {
  let y = 92;
  for (const paragraph of paragraphs) {
    y = sheet.paragraph(paragraph, y, { x: left, width: 462, face: text, leading: 16.6 }) + 8.5;
    sheet.gap();
  }
  for (const line of [
    "SIGNED SEALED AND DELIVERED by the said",
    "AUGUSTA PEVERELL THRIFT in the presence of",
    "Septimus Yarrow, Clerk to Messrs Dunlin and Hythe",
    "Solicitors, Saltmere",
  ]) {
    sheet.line(line, left, y, text);
    y += 16.6;
  }
  sheet.shape(signature(left + 60, y + 24, 120, 41));
  sheet.gap();
  sheet.line(specimenNote, sheetWidth / 2, 806, { ...text, size: 9.2 }, "centre");
}

export const conveyance: Page = {
  draw,
  typewriter: true,
  look: {
    seed: 404,
    turn: -0.6,
    blur: 0.9,
    noise: 4,
    paper: [238, 226, 198],
    shade: 40,
    specks: 60,
    fold: 0.335,
  },
  quality: 62,
};
