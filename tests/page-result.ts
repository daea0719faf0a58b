import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { blockOf, lineOf, type PageResult, type Word } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import { afterAll } from "vitest";

/** A result store in a temporary folder, removed after the file's tests. */
export async function temporaryResults() {
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-results-"));
  afterAll(() => rm(folder, { recursive: true }));
  return { folder, results: openResultStore({ folder }) };
}

const letter = { width: 20, height: 30 };

/** A page of blocks of lines of words. Each letter is 20 pixels wide and 30 high. */
export function pageOf(page: number, blocks: string[][][] = []): PageResult {
  const [width, height, margin] = [1240, 1754, 100];
  let top = margin - letter.height;
  const read = blocks.map((lines) => {
    top += 2 * letter.height;
    const readLines = lines.map((words) => {
      top += 2 * letter.height;
      let left = margin;
      const readWords = words.map((text, index): Word => {
        const right = left + letter.width * Math.max(1, [...text].length);
        const box: Word["box"] = [left, top, right, top + letter.height];
        left = right + letter.width;
        return { text, box, source: "ocr", confidence: 96.5 - index };
      });
      return lineOf(readWords);
    });
    return blockOf(readLines);
  });
  const confidence = blocks.length === 0 ? null : 96;
  return {
    ...{ page, width, height, dpi: 150, source: "ocr", preparation: [{ step: "deskew", degrees: 0.5 }] },
    ...{ segmentation: "auto", confidence, blocks: read },
  };
}

/** A white picture of the page's size. */
export function pictureOf({ width, height }: PageResult): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "white" } })
    .greyscale()
    .png()
    .toBuffer();
}
