import { readEnvironment } from "@orbital-witness/common/environment.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { defaultLimits } from "./limits.ts";
import { readingOptions, readingVariables } from "./reading-settings.ts";
import { developmentLanguageData } from "./recognition/engine.ts";

const read = (variables: Record<string, string>) =>
  readingOptions(readEnvironment(z.object(readingVariables), variables));

test("unset variables get their defaults", () => {
  expect(read({})).toEqual({
    limits: defaultLimits,
    languages: ["eng"],
    languageData: developmentLanguageData(),
  });
});

test("limits, languages and their data are settings", () => {
  const limits = { DOCUMENT_MEGABYTES: "2", DECOMPRESSED_MEGABYTES: "3", DOCUMENT_PAGES: "4" };
  const pages = { PAGE_MEGAPIXELS: "5", PAGE_SECONDS: "6" };
  expect(read({ ...limits, ...pages, OCR_LANGUAGES: "eng+cym", LANGUAGE_DATA: "/languages" })).toEqual({
    limits: { bytes: 2097152, decompressedBytes: 3145728, pages: 4, pixels: 5_000_000, pageSeconds: 6 },
    languages: ["eng", "cym"],
    languageData: "/languages",
  });
});

test.each([
  ["DOCUMENT_MEGABYTES", "0"],
  ["DECOMPRESSED_MEGABYTES", "513"],
  ["DOCUMENT_PAGES", "1.5"],
  ["PAGE_MEGAPIXELS", "101"],
  ["PAGE_SECONDS", "-1"],
  ["OCR_LANGUAGES", "eng,cym"],
  ["OCR_LANGUAGES", "../eng"],
  ["LANGUAGE_DATA", "languages"],
])("%s is not %s", (name, value) => {
  expect(() => read({ [name]: value })).toThrow(`${name} is "${value}"; it must be `);
});
