import { deflateSync } from "node:zlib";
import { PDFHexString, type PDFObject, type PDFRef, PDFString } from "@cantoo/pdf-lib";
import { emptyTrueType } from "./empty-true-type.ts";
import type { PdfFile } from "./pdf-file.ts";

/** The width of every character, as a share of the font's size. */
export const characterWidth = 0.5;

const unitsPerEm = 1000;
const name = "Invisible";
const lastCode = 0xffff;
const replacementCharacter = "\u{FFFD}";
/** The most lines in one `beginbfchar`. */
const mappingLines = 100;

/**
 * A font that draws nothing, for text over the picture of a page. It maps each code to a character. Codes are
 * assigned as characters are used, so that two bytes are enough for all of Unicode. After the first 65,534
 * different characters of a document, others become U+FFFD.
 */
export class InvisibleFont {
  readonly #codes = new Map([[replacementCharacter, 1]]);

  encode(characters: readonly string[]): PDFHexString {
    return PDFHexString.of(characters.map((character) => fourDigits(this.#codeOf(character))).join(""));
  }

  /** The objects of the font, once all text is encoded. `font`: the reference that the pages use. */
  objects({ context }: PdfFile, font: PDFRef): [PDFRef, PDFObject][] {
    const deflated = (content: Uint8Array | string, fields: Record<string, number> = {}) => {
      const ref = context.nextRef();
      const stream = context.stream(deflateSync(content), { ...fields, Filter: "FlateDecode" });
      return [ref, stream] as [PDFRef, PDFObject];
    };
    const program = emptyTrueType(unitsPerEm, characterWidth * unitsPerEm);
    const file = deflated(program, { Length1: program.length });
    // All codes share the font's only glyph.
    const glyphs = deflated(new Uint8Array(2 * (lastCode + 1)));
    const unicode = deflated(this.#unicodeMapping());
    const descriptor = context.nextRef();
    const descendant = context.nextRef();
    const width = characterWidth * unitsPerEm;
    return [
      file,
      glyphs,
      unicode,
      [
        descriptor,
        context.obj({
          ...{
            Type: "FontDescriptor",
            FontName: name,
            FontFile2: file[0],
            FontBBox: [0, 0, width, unitsPerEm],
          },
          // Flags: symbolic and fixed pitch. Descent is not 0, because readers treat 0 as unknown.
          ...{ Flags: 5, ItalicAngle: 0, Ascent: unitsPerEm, Descent: -1, CapHeight: unitsPerEm, StemV: 80 },
        }),
      ],
      [
        descendant,
        context.obj({
          ...{ Type: "Font", Subtype: "CIDFontType2", BaseFont: name, FontDescriptor: descriptor, DW: width },
          CIDSystemInfo: {
            Registry: PDFString.of("Adobe"),
            Ordering: PDFString.of("Identity"),
            Supplement: 0,
          },
          CIDToGIDMap: glyphs[0],
        }),
      ],
      [
        font,
        context.obj({
          ...{ Type: "Font", Subtype: "Type0", BaseFont: name, Encoding: "Identity-H" },
          ...{ DescendantFonts: [descendant], ToUnicode: unicode[0] },
        }),
      ],
    ];
  }

  #codeOf(character: string): number {
    const known = this.#codes.get(character);
    if (known !== undefined) return known;
    if (this.#codes.size === lastCode) return this.#codeOf(replacementCharacter);
    const code = this.#codes.size + 1;
    this.#codes.set(character, code);
    return code;
  }

  #unicodeMapping(): string {
    const lines = [...this.#codes].map(([character, code]) => `<${fourDigits(code)}> <${utf16(character)}>`);
    const blocks: string[] = [];
    for (let start = 0; start < lines.length; start += mappingLines) {
      const block = lines.slice(start, start + mappingLines);
      blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
    }
    return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${blocks.join("\n")}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
`;
  }
}

function fourDigits(code: number): string {
  return code.toString(16).padStart(4, "0");
}

function utf16(character: string): string {
  return Buffer.from(character, "utf16le").swap16().toString("hex");
}
