import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { seededRandom } from "../../../../samples/drawing/random.ts";
import { characterErrorRate } from "../../../../samples/scoring/character-error-rate.ts";
import { clauses, drawPage, drawText, grey, shadow } from "../../../../tests/drawn-page.ts";
import { drawLine } from "../../../../tests/scan.ts";
import { developmentLanguageData, type Engine, openEngine } from "./engine.ts";
import { createRecognizer, type RecognizePage } from "./recognize-page.ts";

let engine: Engine;
let recognize: RecognizePage;
beforeAll(async () => {
  engine = await openEngine(["eng"], developmentLanguageData());
  recognize = createRecognizer(engine);
});
afterAll(() => engine.close());

/** Rows of a label and a sum at the right edge, as on a statement of costs. */
function statement(rows: number, width: number, size: number, face: string, seed: number) {
  const random = seededRandom(seed);
  const labels = [
    "Ground rent to Lady Day",
    "Water rates",
    "Deposit held as stakeholder",
    "Search of the register",
  ];
  const lines = Array.from({ length: rows }, () => {
    const sum = (random() * 10 ** (1 + random() * 3)).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
    return [labels[Math.floor(random() * labels.length)] ?? "", sum] as const;
  });
  const svg = lines.map(([label, sum], row) => {
    const y = size * (3 + row * 1.7);
    return `${drawText(size, y, label)}<text x="${width - size}" y="${y}" text-anchor="end">${sum}</text>`;
  });
  const height = Math.round(size * (5 + rows * 1.7));
  const more = `<g font-family="${face}">${svg.join("")}</g>`;
  return {
    draw: () => grey(drawPage([], { width, height, fontSize: size }, more).blur(0.5)),
    text: lines.map((line) => line.join(" ")).join("\n"),
    sums: lines.map(([, sum]) => sum),
  };
}

describe("sums at the right are read completely, in the row of their label", () => {
  test.each([
    ["a monospaced statement", 14, 1300, 30, "DejaVu Sans Mono, monospace", 4],
    ["a statement in serif", 12, 1300, 30, "Liberation Serif, serif", 12],
    ["a receipt", 30, 560, 22, "DejaVu Sans Mono, monospace", 7],
  ])("%s", async (_, rows, width, size, face, seed) => {
    const { draw, text, sums } = statement(rows, width, size, face, seed);
    const { image, result } = await recognize(await draw());
    expect(characterErrorRate(text, textOf(result))).toBeLessThan(0.02);
    const read = textOf(result).split(/\s+/);
    expect(sums.filter((sum) => !read.includes(sum))).toEqual([]);
    expect({ width: image.width, height: image.height }).toEqual({ width, height: result.height });
  });
});

describe("white letters on dark areas are read, and the areas stay in the picture", () => {
  const band = (y: number, title: string) =>
    `<rect y="${y}" width="1000" height="100" fill="#222"/>
    <text x="80" y="${y + 62}" fill="white">${title}</text>`;
  const areas = band(10, "OFFICIAL COPY OF REGISTER") + band(490, "PROPRIETORSHIP REGISTER");
  const lines = clauses.map((line, index) => drawText(80, 170 + index * 54, line)).join("");
  const text = ["OFFICIAL COPY OF REGISTER", ...clauses, "PROPRIETORSHIP REGISTER"].join("\n");

  test.each([
    ["in even light", "", []],
    ["in a shadow", shadow, [{ step: "flatten" }]],
  ])("%s", async (_, more, preparation) => {
    const page = await grey(drawPage([], { height: 610 }, areas + lines + more), 110);
    const { image, result } = await recognize(page);
    expect(result.preparation).toEqual(preparation);
    expect(characterErrorRate(text, textOf(result))).toBeLessThan(0.02);
    expect(image.data.equals(page.data)).toBe(true);
  });
});

test.each(["The first page", "The second page"])("a page with the single line %j is read", async (line) => {
  const { result } = await recognize(await grey(drawLine(line), 300));
  expect(textOf(result)).toBe(`${line}\n`);
});

describe("a vertical line beside the text is read as one line with its direction", () => {
  const margin = "Official copy of the register";
  test.each([
    ["up", 270, 900, 620],
    ["down", 90, 880, 40],
  ] as const)("%s the page", async (_, direction, x, y) => {
    const text = clauses.map((line, index) => drawText(20, 80 + index * 54, line)).join("");
    const vertical = `<text transform="translate(${x} ${y}) rotate(${direction})">${margin}</text>`;
    const page = await grey(drawPage([], { width: 940, height: 640 }, text + vertical).blur(0.5), 150);
    const { result } = await recognize(page);
    expect(textOf(result).split(/\n+/)).toEqual([...clauses, margin, ""]);
    const read = result.blocks.at(-1)?.lines[0]?.words ?? [];
    expect(read.map((word) => word.direction)).toEqual(read.map(() => direction));
    for (const { box } of read) {
      expect(box[0]).toBeGreaterThan(860);
      expect(box[3] - box[1]).toBeGreaterThan(box[2] - box[0]);
    }
    const tops = read.map(({ box }) => box[1]);
    expect(tops).toEqual(tops.toSorted((a, b) => (direction === 90 ? a - b : b - a)));
  });
});

describe("vertical names of streets on a plan are read from left to right", () => {
  const names = ["Harbour Terrace", "Orchard Close", "Station Road", "Riverside"];
  test.each([
    ["up", 270],
    ["down", 90],
  ] as const)("%s the page", async (_, direction) => {
    const streets = names.map((name, index) => {
      const place = `translate(${200 + index * 300} 400) rotate(${direction})`;
      return `<text transform="${place}" text-anchor="middle">${name}</text>`;
    });
    const level = drawText(80, 80, "TITLE PLAN OW11223344") + drawText(900, 760, "Scale 1:1250 North up");
    const page = drawPage([], { width: 1300, height: 800 }, level + streets.join(""));
    const { result } = await recognize(await grey(page, 200));
    const vertical = result.blocks
      .flatMap(({ lines }) => lines)
      .filter(({ words: [word] }) => word?.direction);
    expect(vertical.map((line) => line.words.map(({ text }) => text).join(" "))).toEqual(names);
    for (const [index, { words, box }] of vertical.entries()) {
      expect(words.map((word) => word.direction)).toEqual(words.map(() => direction));
      expect(Math.abs((box[0] + box[2]) / 2 - (200 + index * 300))).toBeLessThan(20);
      expect(Math.abs((box[1] + box[3]) / 2 - 400)).toBeLessThan(10);
    }
  });
});

const words =
  `lease tenant landlord covenant premises boundary schedule payment quarterly rent repair notice building
  timber garden wall drain roof station road mill orchard river bridge meadow county parish witness interest
  balance deposit search water insurance service ground transfer completion granted reserved subject access
  passage`.split(/\s+/);

/** Lines of prose that fit into a column. The same seed gives the same lines. */
function column(lines: number, letters: number, seed: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: lines }, () => {
    let line = words[Math.floor(random() * words.length)] ?? "";
    for (;;) {
      const word = words[Math.floor(random() * words.length)] ?? "";
      if (line.length + word.length >= letters) return line;
      line += ` ${word}`;
    }
  });
}

describe("columns with rules between them are read one after the other", () => {
  const size = 24;
  const draw = (x: number, y: number, lines: readonly string[]) =>
    lines.map((line, index) => drawText(x, y + index * 34, line)).join("");
  const rule = (path: string) => `<path d="${path}" stroke="black" stroke-width="3" fill="none"/>`;

  test.each([2, 3])("%d columns under a ruled heading, with a box in the first column", async (count) => {
    const width = count * 480;
    const columns = Array.from({ length: count }, (_, index) => column(26, 26, 10 * count + index));
    const inset = column(4, 22, 90 + count);
    const [first = [], ...others] = columns;
    const rules = others.map((_, index) => rule(`M${470 + index * 480} 120V1060`)).join("");
    const above = first.slice(0, 12);
    const below = first.slice(12, 19);
    const parts = [
      `<text x="20" y="90" font-size="60">County Parish</text>`,
      rule(`M20 120H${width - 20}`) + rules,
      draw(20, 170, above) + rule("M20 580h430v160h-430z") + draw(40, 620, inset) + draw(20, 790, below),
      ...others.map((lines, index) => draw(490 + index * 480, 170, lines)),
    ];
    const page = await grey(drawPage([], { width, height: 1100, fontSize: size }, parts.join("")), 150);
    const reading = vi.spyOn(engine, "recognize");
    const { result } = await recognize(page);
    // Pages with columns are read only once, with their rules.
    expect(reading).toHaveBeenCalledOnce();
    reading.mockRestore();
    const text = [["County Parish"], above, inset, below, ...others].flat().join("\n");
    expect(characterErrorRate(text, textOf(result))).toBeLessThan(0.1);
    expect(result.preparation).toEqual([]);
  });
});
