import { around, type Block, type Box, type Word } from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../../recognition/recognize-page.ts";
import { Ink } from "./ink.ts";
import type { Pdfium } from "./pdfium.ts";
import { toBlocks } from "./text-blocks.ts";

/** More than any page that is meant to be read. */
const characterLimit = 100_000;
/** A page whose text does not stand upright to this share is for recognition, which turns it. */
const uprightShare = 0.9;
/** A quarter turn's half: beyond it a letter lies rather than stands. */
const leaningLimit = Math.PI / 4;
/** Of the words, what must lie on the page. */
const insideShare = 0.9;
/** Of the page's ink, what must lie under words, and of the words, what must lie on ink. */
const coveredShare = 0.75;
const inkedShare = 0.9;

/** Letters without a meaning: control codes, private use, halves of surrogates, what is not assigned, and the mark for what was lost. */
const meaningless = /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\uFFFD]/u;
/** A bullet from a font of symbols. */
const ornament = /^\p{Co}$/u;
const space = /^[\s\p{Zs}\0]$/u;
/** They take no place of their own. */
const invisible = /^[\u200B-\u200F\u2060\uFEFF]$/u;
const softHyphen = "\u00AD";

type Character = { text: string; box: Box; isUpright: boolean };

/**
 * The page's own text. Undefined where there is none or it is not sound: letters that have no meaning, words outside of the page, or a text
 * that is not the one to be seen, such as the stamp of a program on a scan.
 */
export function readTextLayer(pdfium: Pdfium, page: number, image: GreyImage): Block[] | undefined {
  const { module } = pdfium;
  const text = module._FPDFText_LoadPage(page);
  if (text === 0) return undefined;
  try {
    const lines = new TextLayer(pdfium, page, text, image).lines();
    if (!lines || !coversInk(lines.flat(), image)) return undefined;
    return toBlocks(lines);
  } finally {
    module._FPDFText_ClosePage(text);
  }
}

class TextLayer {
  readonly #pdfium: Pdfium;
  readonly #page: number;
  readonly #text: number;
  readonly #image: GreyImage;
  readonly #turn: number;

  constructor(pdfium: Pdfium, page: number, text: number, image: GreyImage) {
    this.#pdfium = pdfium;
    this.#page = page;
    this.#text = text;
    this.#image = image;
    this.#turn = (pdfium.module._FPDFPage_GetRotation(page) * Math.PI) / 2;
  }

  /** The words in the text's order, line by line. Undefined where the text is not sound. */
  lines(): Word[][] | undefined {
    const { module } = this.#pdfium;
    const count = module._FPDFText_CountChars(this.#text);
    if (count <= 0 || count > characterLimit) return undefined;
    const lines: Character[][][] = [[[]]];
    for (let index = 0; index < count; index++) {
      const character = this.#character(index);
      if (character === "unsound") return undefined;
      if (character === "line_end") lines.push([[]]);
      else if (character === "space") lines.at(-1)?.push([]);
      else if (character !== "nothing") lines.at(-1)?.at(-1)?.push(character);
    }
    return soundLines(lines, this.#image);
  }

  #character(index: number): Character | "space" | "line_end" | "nothing" | "unsound" {
    const { module } = this.#pdfium;
    const code = module._FPDFText_GetUnicode(this.#text, index);
    if (code === 0x0d) return "nothing";
    if (code === 0x0a) return "line_end";
    if (code > 0x10ffff || module._FPDFText_HasUnicodeMapError(this.#text, index) === 1) return "unsound";
    const text = String.fromCodePoint(code);
    if (module._FPDFText_IsHyphen(this.#text, index) === 1 || text === softHyphen)
      return this.#placed(index, "-");
    if (space.test(text)) return "space";
    if (invisible.test(text)) return "nothing";
    return this.#placed(index, text);
  }

  #placed(index: number, text: string): Character | "nothing" {
    const { module } = this.#pdfium;
    const edges = this.#pdfium.doubles(4, (at) =>
      module._FPDFText_GetCharBox(this.#text, index, at, at + 8, at + 16, at + 24),
    );
    if (!edges) return "nothing";
    const [left = 0, right = 0, bottom = 0, top = 0] = edges;
    const box = around([this.#onImage(left, top), this.#onImage(right, bottom)]);
    const angle = module._FPDFText_GetCharAngle(this.#text, index) + this.#turn;
    return { text, box, isUpright: Math.cos(angle) > Math.cos(leaningLimit) };
  }

  /** A point of the page as the pixel that it is in. */
  #onImage(x: number, y: number): Box {
    const { width, height } = this.#image;
    const point = this.#pdfium.ints(2, (at) =>
      this.#pdfium.module._FPDF_PageToDevice(this.#page, 0, 0, width, height, 0, x, y, at, at + 4),
    );
    const [left = 0, top = 0] = point ?? [];
    return [left, top, left + 1, top + 1];
  }
}

function soundLines(lines: Character[][][], { width, height }: GreyImage): Word[][] | undefined {
  const spelled = lines.flat().filter((word) => word.length > 0);
  const characters = spelled.flat();
  if (share(characters, ({ isUpright }) => isUpright) < uprightShare) return undefined;
  let isSound = true;
  let outside = 0;
  const words = lines.map((line) =>
    line.flatMap((word): Word[] => {
      const text = word
        .map((character) => character.text)
        .join("")
        .normalize("NFC");
      if (text === "" || ornament.test(text)) return [];
      isSound &&= !meaningless.test(text);
      const [left, top, right, bottom] = around(word.map(({ box }) => box));
      const box: Box = [
        Math.max(0, left),
        Math.max(0, top),
        Math.min(width, right),
        Math.min(height, bottom),
      ];
      if (box[0] < box[2] && box[1] < box[3]) return [{ text, box, source: "text_layer" }];
      outside++;
      return [];
    }),
  );
  const kept = words.filter((line) => line.length > 0);
  const inside = kept.flat().length;
  return isSound && inside > 0 && inside / (inside + outside) >= insideShare ? kept : undefined;
}

/** Whether the words are where the page is dark, and nothing else that looks like text is. */
function coversInk(words: Word[], image: GreyImage): boolean {
  const ink = new Ink(image);
  const { amount } = ink;
  const inked = share(words, ({ box }) => ink.cover(box) > 0);
  return amount > 0 && inked >= inkedShare && 1 - ink.amount / amount >= coveredShare;
}

function share<T>(all: T[], isOne: (one: T) => boolean): number {
  return all.filter(isOne).length / Math.max(1, all.length);
}
