import { writePdf } from "../pdf/write-pdf.ts";
import { writeAlto } from "./alto.ts";
import { writeDocx } from "./editable/docx/docx.ts";
import { writeMarkdown } from "./editable/markdown.ts";
import { writeHocr } from "./hocr.ts";
import { writeJson } from "./json.ts";
import type { ResultFormat } from "./result-format.ts";
import { writeText } from "./text.ts";
import { writeTsv } from "./tsv.ts";

/** By suffix. The first is for clients that accept any type. */
export const resultFormats = {
  json: { types: ["application/json"], write: writeJson },
  txt: { types: ["text/plain"], write: writeText },
  hocr: { types: ["text/html", "text/vnd.hocr+html"], write: writeHocr },
  tsv: { types: ["text/tab-separated-values"], write: writeTsv },
  "alto.xml": { types: ["application/alto+xml", "application/xml"], write: writeAlto },
  docx: {
    types: ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    write: writeDocx,
  },
  md: { types: ["text/markdown"], write: writeMarkdown },
  pdf: { types: ["application/pdf"], write: writePdf },
} satisfies Record<string, ResultFormat>;

export type ResultSuffix = keyof typeof resultFormats;

export const resultSuffixes = Object.keys(resultFormats) as [ResultSuffix, ...ResultSuffix[]];

/** The suffix of each media type. */
export const suffixByType: ReadonlyMap<string, ResultSuffix> = new Map(
  resultSuffixes.flatMap((suffix) => resultFormats[suffix].types.map((type) => [type, suffix])),
);
