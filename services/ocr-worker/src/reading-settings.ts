import { wholeNumber } from "@orbital-witness/common/environment.ts";
import { z } from "zod";
import { type DocumentLimits, defaultLimits } from "./limits.ts";
import type { PageReaderOptions } from "./page-process/page-reader.ts";
import { developmentLanguageData } from "./recognition/engine.ts";
import { areLatin } from "./recognition/second-reader/alphabet.ts";
import { developmentModel } from "./recognition/second-reader/development-model.ts";
import { secondReaderModes } from "./recognition/second-reader/settings.ts";

const mebibyte = 1024 * 1024;
const megapixel = 1_000_000;

/**
 * The variables for what is read, in which languages and within which limits. They also define which values
 * the stack's settings may have.
 */
export const readingVariables = {
  DOCUMENT_MEGABYTES: wholeNumber(1, 512, defaultLimits.bytes / mebibyte),
  DECOMPRESSED_MEGABYTES: wholeNumber(1, 512, defaultLimits.decompressedBytes / mebibyte),
  DOCUMENT_PAGES: wholeNumber(1, 5000, defaultLimits.pages),
  PAGE_MEGAPIXELS: wholeNumber(1, 100, defaultLimits.pixels / megapixel),
  PAGE_SECONDS: wholeNumber(5, 600, defaultLimits.pageSeconds),
  OCR_LANGUAGES: z
    .string()
    .regex(/^[a-z]{3}(_[a-z]+)*(\+[a-z]{3}(_[a-z]+)*){0,9}$/)
    .default("eng")
    .meta({
      description: "one to ten of tesseract's language codes, joined by +, such as eng or eng+cym",
    }),
  LANGUAGE_DATA: z
    .string()
    .startsWith("/")
    .default(developmentLanguageData)
    .meta({ description: "a folder's absolute path" }),
  SECOND_READER: z
    .enum(secondReaderModes)
    .default("off")
    .meta({ description: `one of ${secondReaderModes.join(", ")}` }),
  SECOND_READER_MODEL: z
    .string()
    .startsWith("/")
    .default(developmentModel)
    .meta({ description: "a folder's absolute path" }),
};

type ReadingVariables = z.output<z.ZodObject<typeof readingVariables>>;

export function readingOptions(variables: ReadingVariables): PageReaderOptions {
  const limits: DocumentLimits = {
    bytes: variables.DOCUMENT_MEGABYTES * mebibyte,
    decompressedBytes: variables.DECOMPRESSED_MEGABYTES * mebibyte,
    pages: variables.DOCUMENT_PAGES,
    pixels: variables.PAGE_MEGAPIXELS * megapixel,
    pageSeconds: variables.PAGE_SECONDS,
  };
  const languages = variables.OCR_LANGUAGES.split("+");
  const { SECOND_READER: mode, SECOND_READER_MODEL: model } = variables;
  return {
    ...{ limits, languages, languageData: variables.LANGUAGE_DATA },
    ...(mode !== "off" && areLatin(languages) && { secondReader: { mode, model } }),
  };
}
