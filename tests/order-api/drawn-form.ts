import { drawText } from "../drawn-page.ts";

const line = (path: string) => `<path d="${path}" stroke="black" stroke-width="3" fill="none"/>`;

/** SVG of a check box of 44 pixels with its label to the right. */
export function drawCheckBox(x: number, y: number, label: string, mark: "" | "cross" | "tick" = ""): string {
  const path = { "": "", cross: "M8 8l28 28m0 -28l-28 28", tick: "M8 24l10 12l18 -28" }[mark];
  return (
    line(`M${x} ${y}h44v44h-44z`) +
    line(`M${x} ${y}${path.replace("M", "m")}`) +
    drawText(x + 60, y + 32, label)
  );
}

/** SVG of a row of boxes with a digit in each. */
export function drawDigits(x: number, y: number, digits: string): string {
  return [...digits]
    .map(
      (digit, index) =>
        line(`M${x + index * 60} ${y}h60v60h-60z`) + drawText(x + 20 + index * 60, y + 40, digit),
    )
    .join("");
}

/** The words and values of a drawn form K16. */
export const drawnForm = {
  forenames: ["Ada Mary", "Ben", ""],
  surnames: ["Northwood", "Quayle", ""],
  key: "4821953",
  address: ["Gorse & Partners", "7 Tar Lane", "Saltmere"],
  date: "6 March 2024",
};

/** SVG of a form of 1400 by 1400 pixels that is laid out like HM Land Registry's K16. */
export function drawForm(): string {
  const { forenames, surnames, key, address, date } = drawnForm;
  const rows = forenames.map((forename, index) => {
    const y = 520 + index * 140;
    return [
      line(`M100 ${y}h1200v140h-1200zM420 ${y}v140`),
      drawText(120, y + 45, "Forename(s)") + drawText(440, y + 45, forename),
      drawText(120, y + 115, "SURNAME") + drawText(440, y + 115, surnames[index] ?? ""),
    ].join("");
  });
  const foot = 520 + forenames.length * 140;
  return [
    drawText(100, 80, "Form K16") + drawText(600, 80, "Land Charges Act 1972"),
    drawText(300, 150, "APPLICATION FOR AN OFFICIAL SEARCH"),
    drawCheckBox(120, 210, "A cheque or postal order for the correct fee accompanies this application."),
    drawCheckBox(120, 300, "Please debit our Direct Debit under an authorised agreement with Land", "cross"),
    drawText(180, 370, "Registry."),
    line("M100 440h1200v80h-1200z") + drawText(480, 490, "NAMES TO BE SEARCHED"),
    ...rows,
    line(`M100 ${foot}h1200v300h-1200zM700 ${foot}v300`),
    drawText(120, foot + 45, "Particulars of Applicant"),
    drawText(120, foot + 95, "KEY NUMBER") + drawDigits(120, foot + 125, key),
    drawText(720, foot + 45, "Name and address (including postcode)"),
    ...address.map((each, index) => drawText(740, foot + 95 + index * 60, each.replace("&", "&amp;"))),
    line(`M100 ${foot + 300}h1200v120h-1200zM700 ${foot + 300}v120`),
    drawText(120, foot + 345, "Applicant's reference") + drawText(720, foot + 345, "Date"),
    drawText(740, foot + 395, date),
  ].join("");
}
