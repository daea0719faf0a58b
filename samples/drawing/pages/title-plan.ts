import { type Page, specimenNote, white } from "../page.ts";
import { type Sheet, sheetWidth } from "../sheet.ts";
import type { Face } from "../type-faces.ts";

const text: Face = { family: "sans", size: 11 };
const left = 60;
const right = 535;

/** The fronts of the houses in Gull Terrace, left to right; the fourth is the land in the title. */
const plots = [84, 142, 200, 262, 346, 404, 462, 516] as const;
const trees = [
  [96, 578, 9],
  [118, 592, 7],
  [492, 566, 10],
  [508, 590, 8],
  [470, 596, 7],
  [304, 382, 7],
  [176, 388, 6],
  [434, 392, 6],
] as const;

function draw(sheet: Sheet): void {
  sheet.line("OFFICIAL COPY OF TITLE PLAN", left, 72, { ...text, size: 15, bold: true });
  sheet.gap();
  sheet.line("Title number AB123456", left, 96, { ...text, size: 12, bold: true });
  sheet.line("Administrative area: Wexbridge, Saltmere", left, 114, text);
  sheet.line("Scale 1/1250. Enlarged from 1/2500. North is at the top of the plan.", left, 130, text);
  sheet.gap();
  sheet.box(left, 144, right - left, 520, 1);
  drawGround(sheet);
  sheet.line("Gull Terrace", 300, 198, { ...text, size: 13 }, "centre");
  sheet.gap();
  sheet.line("Lantern Street", 300, 452, { ...text, size: 14 }, "centre");
  sheet.gap();
  sheet.line("Bowling Green", 340, 553, { ...text, size: 13 }, "centre");
  sheet.gap();
  const note =
    "This title plan shows the general position of the boundaries, not their exact line. The land in " +
    "this title is edged with the heavy line. Measurements scaled from this plan may not match " +
    "measurements between the same points on the ground.";
  sheet.paragraph(note, 692, { x: left, width: right - left, face: text, leading: 15 });
  sheet.gap();
  sheet.line(specimenNote, sheetWidth / 2, 806, { ...text, size: 8.5 }, "centre");
}

/** A terrace with its gardens, a street in a shallow bend, a chapel, and a bowling green among trees. */
function drawGround(sheet: Sheet): void {
  const line = (path: string, weight = 0.7, fill = "none") =>
    sheet.shape(`<path d="${path}" fill="${fill}" stroke="#333" stroke-width="${weight}"/>`);
  for (const y of [176, 210]) line(`M${left} ${y}H${right}`);
  for (const y of [418, 460]) line(`M${left} ${y}Q${(left + right) / 2} ${y + 16} ${right} ${y - 6}`);
  for (const [index, x] of plots.entries()) {
    line(`M${x} 210V${bend(x, 418)}`, 0.5);
    const next = plots[index + 1];
    if (next === undefined) continue;
    const back = index % 2 === 0 ? 312 : 304;
    line(`M${x} 230H${next}V${back}H${next - 22}V${back + 24}H${x}Z`, 0.9, "#e2e2e2");
  }
  line("M84 478H210V548H160V566H84Z", 0.9, "#e2e2e2");
  line(`M228 ${bend(228, 460)}V664M60 620L228 612M440 ${bend(440, 460)}L452 664`, 0.5);
  line("M262 502H416L424 594H256Z", 0.5);
  line("M312 604H368V626H312Z", 0.9, "#e2e2e2");
  for (const [x, y, radius] of trees) {
    sheet.shape(`<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="#555" stroke-width="0.5"/>`);
  }
  line(`M262 210H346V${bend(346, 418)}L262 ${bend(262, 418)}Z`, 3);
}

/** Returns the height at `x` of the edge of Lantern Street that starts at height `y`. */
function bend(x: number, y: number): number {
  const t = (x - left) / (right - left);
  return y * (1 - t) ** 2 + (y + 16) * 2 * t * (1 - t) + (y - 6) * t ** 2;
}

export const titlePlan: Page = {
  draw,
  look: { seed: 808, turn: -0.3, blur: 0.6, noise: 2.4, paper: white, shade: 18, specks: 14 },
};
