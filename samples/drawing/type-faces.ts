import sharp from "sharp";

/**
 * The shipped pages were drawn with Liberation Serif, Liberation Sans and GNUTypewriter (Debian 12:
 * fonts-liberation, fonts-gnutypewriter). A machine without them uses the next family that it has, and draws
 * different pages.
 */
const families = {
  serif: "Liberation Serif, Times New Roman, Times, DejaVu Serif, serif",
  sans: "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif",
  typewriter: "GNUTypewriter, Courier Prime, Courier New, Liberation Mono, DejaVu Sans Mono, monospace",
} as const;

/** `size` is in points. */
export type Face = Readonly<{
  family: keyof typeof families;
  size: number;
  bold?: boolean;
  italic?: boolean;
}>;

/** The width of a text in points. */
export type Measure = (text: string, face: Face) => number;

const printable = [...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)), "£"];
const referenceSize = 100;

export function svgFont({ family, size, bold, italic }: Face): string {
  const weight = bold ? ' font-weight="bold"' : "";
  const style = italic ? ' font-style="italic"' : "";
  return `font-family="${families[family]}" font-size="${size}"${weight}${style}`;
}

/**
 * Measures every printable character once per style. Kerning is ignored; uneven word spaces hide that.
 */
export async function measureFaces(): Promise<Measure> {
  const widths = new Map<string, number>();
  for (const family of Object.keys(families) as (keyof typeof families)[]) {
    for (const style of ["", "Bold", "Italic"]) {
      const bars = await inkWidth("||", family, style);
      for (const character of printable) {
        const width = (await inkWidth(`|${character}|`, family, style)) - bars;
        widths.set(`${family} ${style} ${character}`, width / referenceSize);
      }
    }
  }
  return (text, { family, size, bold, italic }) => {
    const style = bold ? "Bold" : italic ? "Italic" : "";
    let width = 0;
    for (const character of text) {
      const one = widths.get(`${family} ${style} ${character}`);
      if (one === undefined) throw new Error(`no width for "${character}" (${family})`);
      width += one * size;
    }
    return width;
  };
}

/** Measured between two bars, so that the width of spaces counts too. */
async function inkWidth(text: string, family: keyof typeof families, style: string): Promise<number> {
  const markup = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const font = `${families[family]}, ${style} ${referenceSize}`;
  const { width } = await sharp({ text: { text: markup, font, dpi: 72 } }).metadata();
  return width;
}
