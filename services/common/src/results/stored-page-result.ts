import { z } from "zod";
import { type PageResult, pageResultSchema, wordSchema } from "./page-result.ts";

/**
 * In earlier versions a page had one source for all its words, and the words of a text layer had a confidence
 * of 100.
 */
const unsourcedWord = wordSchema.omit({ source: true });
const unsourcedPage = z.looseObject({
  source: z.enum(["ocr", "text_layer"]),
  blocks: z.array(
    z.looseObject({ lines: z.array(z.looseObject({ words: z.array(z.strictObject(unsourcedWord.shape)) })) }),
  ),
});

/** Parses a page's result that this or an earlier version stored. Throws a ZodError for anything else. */
export function parsePageResult(stored: unknown): PageResult {
  const { data: earlier } = unsourcedPage.safeParse(stored);
  return pageResultSchema.parse(earlier ? withSources(earlier) : stored);
}

function withSources(page: z.output<typeof unsourcedPage>): unknown {
  const { source } = page;
  const isRecognised = source === "ocr";
  const blocks = page.blocks.map((block) => ({
    ...block,
    lines: block.lines.map((line) => ({
      ...line,
      words: line.words.map(({ confidence, ...word }) =>
        isRecognised ? { ...word, source, confidence } : { ...word, source },
      ),
    })),
  }));
  return isRecognised ? { ...page, blocks } : { ...page, blocks, confidence: null };
}
