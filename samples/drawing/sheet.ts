import type { Random } from "./random.ts";
import { type Face, type Measure, svgFont } from "./type-faces.ts";

/** A4 in points. */
export const sheetWidth = 595.28;
export const sheetHeight = 841.89;

type Piece = Readonly<{ text: string; face: Face; width: number }>;
/** A word, in pieces of one style: a bold term and the comma after it are two pieces. */
type Word = readonly Piece[];
type Align = "left" | "centre" | "right";

export type Block = Readonly<{
  x: number;
  width: number;
  face: Face;
  leading: number;
  justify?: boolean;
  /** A clause number, printed left of the first line at `x - labelWidth`. */
  label?: string;
  labelWidth?: number;
}>;

/**
 * One page being drawn, in points from its top left corner. Every line drawn is also recorded, in the order
 * of the calls, so the true text cannot differ from the picture.
 */
export class Sheet {
  readonly #measure: Measure;
  readonly #typewriter: Random | undefined;
  readonly #marks: string[] = [];
  readonly #lines: string[] = [];

  /** With `typewriter`, letters vary slightly in height, angle and darkness. */
  constructor(measure: Measure, typewriter?: Random) {
    this.#measure = measure;
    this.#typewriter = typewriter;
  }

  /** One line with its baseline at `y`; `x` is its left end, middle or right end. */
  line(text: string, x: number, y: number, face: Face, align: Align = "left"): void {
    this.row([{ text, x, align }], y, face);
  }

  /** Draws the cells of a table row. They are one line of the true text. */
  row(cells: readonly { text: string; x: number; align?: Align }[], y: number, face: Face): void {
    for (const { text, x, align } of cells) {
      const width = this.#measure(text, face);
      const shift = align === "centre" ? width / 2 : align === "right" ? width : 0;
      this.#mark(text, x - shift, y, face);
    }
    this.#lines.push(cells.map(({ text }) => text).join(" "));
  }

  /**
   * Wrapped text with its first baseline at `y`; `**` switches bold on and off. Returns the next free
   * baseline.
   */
  paragraph(text: string, y: number, block: Block): number {
    const { x, width, face, leading, justify = false, label, labelWidth = 0 } = block;
    if (label !== undefined) this.#mark(label, x - labelWidth, y, face);
    const space = this.#measure(" ", face);
    const rows = wrap(this.#words(text, face), width, space);
    for (const [index, row] of rows.entries()) {
      const ink = row.reduce((sum, word) => sum + wordWidth(word), 0);
      const stretch = justify && index < rows.length - 1 && row.length > 1;
      const gap = stretch ? (width - ink) / (row.length - 1) : space;
      let left = x;
      for (const word of row) {
        for (const piece of word) {
          this.#mark(piece.text, left, y + index * leading, piece.face);
          left += piece.width;
        }
        left += gap;
      }
      const line = row.map((word) => word.map(({ text }) => text).join("")).join(" ");
      this.#lines.push(index === 0 && label !== undefined ? `${label} ${line}` : line);
    }
    const next = y + rows.length * leading;
    if (next - leading > sheetHeight - 20) throw new Error(`text runs off the page: "${text.slice(0, 40)}"`);
    return next;
  }

  /** Adds an empty line to the true text; draws nothing. */
  gap(): void {
    this.#lines.push("");
  }

  rule(x1: number, y1: number, x2: number, y2: number, weight = 0.7): void {
    this.shape(`<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#222" stroke-width="${weight}"/>`);
  }

  box(x: number, y: number, width: number, height: number, weight = 0.7): void {
    const size = `x="${x}" y="${y}" width="${width}" height="${height}"`;
    this.shape(`<rect ${size} fill="none" stroke="#222" stroke-width="${weight}"/>`);
  }

  /** Adds SVG that has no text. */
  shape(svg: string): void {
    this.#marks.push(svg);
  }

  svg(): string {
    return this.#marks.join("\n");
  }

  trueText(): string {
    return `${this.#lines
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim()}\n`;
  }

  #words(text: string, face: Face): Word[] {
    let bold = false;
    return text.split(" ").map((word) =>
      word.split("**").flatMap((part, index) => {
        if (index > 0) bold = !bold;
        const own = bold ? { ...face, bold } : face;
        return part === "" ? [] : [{ text: part, face: own, width: this.#measure(part, own) }];
      }),
    );
  }

  #mark(text: string, x: number, y: number, face: Face): void {
    if (this.#typewriter === undefined) this.#marks.push(glyphs(text, x, y, face, 'fill="#1c1c1c"'));
    else this.#strike(text, x, y, face, this.#typewriter);
  }

  #strike(text: string, x: number, y: number, face: Face, random: Random): void {
    let left = x;
    for (const letter of text) {
      const high = y + (random() - 0.5) * 0.9;
      const askew = (random() - 0.5) * 1.6;
      const dark = 0.74 + random() * 0.26;
      const turn = `rotate(${askew.toFixed(2)} ${left.toFixed(2)} ${high.toFixed(2)})`;
      const look = `fill="#23222a" fill-opacity="${dark.toFixed(2)}" transform="${turn}"`;
      if (letter !== " ") this.#marks.push(glyphs(letter, left, high, face, look));
      left += this.#measure(letter, face);
    }
  }
}

function wordWidth(word: Word): number {
  return word.reduce((sum, piece) => sum + piece.width, 0);
}

function wrap(words: readonly Word[], width: number, space: number): Word[][] {
  const rows: Word[][] = [];
  let row: Word[] = [];
  let used = 0;
  for (const word of words) {
    if (row.length > 0 && used + space + wordWidth(word) > width) {
      rows.push(row);
      row = [];
      used = 0;
    }
    used += (row.length > 0 ? space : 0) + wordWidth(word);
    row.push(word);
  }
  return row.length > 0 ? [...rows, row] : rows;
}

function glyphs(text: string, x: number, y: number, face: Face, look: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(2)}" y="${y.toFixed(2)}" ${svgFont(face)} ${look}>${escaped}</text>`;
}
