import type { Block, Box, Line, Word } from "@orbital-witness/common/results/page-result.ts";
import { documentName } from "../document-name.ts";
import { escapeMarkup } from "./markup.ts";
import type { DocumentPage, ResultDocument } from "./result-document.ts";

/**
 * hOCR 1.2 as XHTML. Words that were not recognised have no `x_wconf`. `x_reader` says who read a word. A
 * page that was not read is a comment; `ppageno` (from 0) shows the gap.
 */
export async function* writeHocr({ order, pageCount, pages }: ResultDocument): AsyncGenerator<string> {
  const title = escapeMarkup(documentName(order, " "));
  yield `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title>${title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="ocr-system" content="orbital-witness (tesseract, PP-OCRv6)" />
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf" />
<meta name="ocr-number-of-pages" content="${pageCount}" />
</head>
<body>
`;
  for await (const page of pages()) yield pageMarkup(page);
  yield "</body>\n</html>\n";
}

function pageMarkup({ page, result, error }: DocumentPage): string {
  if (!result) return `<!-- page ${page}: ${escapeMarkup(error.message).replace(/-(?=-)/g, "- ")} -->\n`;
  const { width, height, dpi, blocks } = result;
  const place = `${bbox([0, 0, width, height])}; ppageno ${page - 1}; scan_res ${dpi} ${dpi}`;
  const title = escapeMarkup(`image "result/pages/${page}.png"; ${place}`);
  const content = blocks.map((block, index) => blockMarkup(block, `${page}_${index + 1}`)).join("");
  return `<div class="ocr_page" id="page_${page}" title="${title}">\n${content}</div>\n`;
}

function blockMarkup({ box, lines }: Block, id: string): string {
  const content = lines.map((line, index) => lineMarkup(line, `${id}_${index + 1}`)).join("");
  const paragraph = `<p class="ocr_par" id="par_${id}" title="${bbox(box)}">\n${content}</p>\n`;
  return `<div class="ocr_carea" id="block_${id}" title="${bbox(box)}">\n${paragraph}</div>\n`;
}

function lineMarkup({ box, words }: Line, id: string): string {
  const content = words.map(({ text, box, confidence, reader }, index) => {
    const certainty = confidence === undefined ? "" : `; x_wconf ${Math.round(confidence)}`;
    const by = reader === undefined ? "" : `; x_reader ${reader}`;
    const title = `${bbox(box)}${certainty}${by}`;
    const wordId = `word_${id}_${index + 1}`;
    return `<span class="ocrx_word" id="${wordId}" title="${title}">${escapeMarkup(text)}</span>`;
  });
  const title = `${bbox(box)}${textAngle(words[0]?.direction)}`;
  return `<span class="ocr_line" id="line_${id}" title="${title}">${content.join(" ")}</span>\n`;
}

/** hOCR counts counter-clockwise. */
function textAngle(direction: Word["direction"]): string {
  return direction === undefined ? "" : `; textangle ${360 - direction}`;
}

function bbox(box: Box): string {
  return `bbox ${box.join(" ")}`;
}
