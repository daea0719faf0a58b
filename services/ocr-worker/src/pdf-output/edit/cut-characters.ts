import { PDFArray, PDFContext, PDFHexString, PDFNumber, PDFObjectParser, PDFString } from "@cantoo/pdf-lib";

/**
 * Characters to cut from a text object, by the numbers of their codes. `advance`: the distance from the start
 * of the first one to the start of the character after the last one, in thousandths of the font size.
 */
export type Cut = { first: number; last: number; advance: number };

/**
 * The operand of `TJ` for a show operation without some characters; a displacement takes their place.
 * `source`: the operation with its operands. `codes`: how many codes the text object has. Undefined if its
 * strings do not have so many codes of one or two bytes.
 */
export function cutCharacters(source: Buffer, codes: number, cuts: readonly Cut[]): string | undefined {
  const parts = partsOf(source);
  const length = parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? 0 : part.length), 0);
  const size = length / codes;
  if (size !== 1 && size !== 2) return undefined;
  const items: string[] = [];
  let code = 0;
  const cutAt = () => cuts.find(({ first, last }) => first <= code && code <= last);
  for (const part of parts) {
    if (typeof part === "number") {
      // The displacement of a cut includes those between and after its characters.
      const isInside = cuts.some(({ first, last }) => first < code && code <= last + 1);
      if (!isInside) items.push(String(part));
      continue;
    }
    let kept: number[] = [];
    const flush = () => {
      if (kept.length > 0) items.push(`<${Buffer.from(kept).toString("hex")}>`);
      kept = [];
    };
    for (let at = 0; at < part.length; at += size, code++) {
      const cut = cutAt();
      if (!cut) kept.push(...part.subarray(at, at + size));
      else if (cut.first === code) {
        flush();
        items.push(String(-Math.round(cut.advance * 1000) / 1000));
      }
    }
    flush();
  }
  return `[${items.join(" ")}]`;
}

/** The strings and displacements of a show operation; of `"`, its first two numbers are left out. */
function partsOf(source: Buffer): (Uint8Array | number)[] {
  const parser = PDFObjectParser.forBytes(source, PDFContext.create());
  for (;;) {
    const operand = parser.parseObject();
    if (operand instanceof PDFString || operand instanceof PDFHexString) return [operand.asBytes()];
    if (!(operand instanceof PDFArray)) continue;
    return operand.asArray().flatMap((each): (Uint8Array | number)[] => {
      if (each instanceof PDFNumber) return [each.asNumber()];
      return each instanceof PDFString || each instanceof PDFHexString ? [each.asBytes()] : [];
    });
  }
}
